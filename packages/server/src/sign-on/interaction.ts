/**
 * The interaction of a browser: what it was asked for, by whom, and how far it has come. It is bound
 * to the browser by its cookie; somebody else's isn't there.
 */
import type { InteractionResults, Provider } from 'oidc-provider';
import { ApiError, notFound } from '../errors/api-error.ts';
import { environmentOf, type OperationRequest } from '../resources/kit/operation.ts';
import { dispatch } from './ask-provider.ts';
import type { Providers } from './providers.ts';

export type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>;

/** What we keep in it until it is done. */
interface Progress {
  /** The device authentication that runs for it. */
  flowId?: string;
  /** What is said of it as `acr`. */
  acr?: string;
}

const PROGRESS = 'countersign';

export const progressOf = ({ result }: Interaction): Progress =>
  (result?.[PROGRESS] as Progress | undefined) ?? {};

/** Only pages of ours act: others can neither send this header nor be of this origin. */
export const PAGE_HEADER = 'countersign-interaction';

/** Throws `ACCESS_FAILED` where a page of another origin asks. Pure. */
export function assertOwnPage({ headers, params }: OperationRequest, origins: string[]): void {
  const site = headers['sec-fetch-site'];
  const isOwn = site === undefined || site === 'same-origin';
  const isNamed = headers[PAGE_HEADER] === params.uid;
  if (isOwn && isNamed && origins.includes(String(headers.origin))) return;
  throw new ApiError('ACCESS_FAILED', [], {
    message: 'Only the page of this sign-on may do this.',
  });
}

export function createInteractions(providers: Providers) {
  return {
    /** The interaction of the path, where the browser has its cookie. Throws `NOT_FOUND`. */
    async find(request: OperationRequest): Promise<Interaction> {
      const { provider } = await providers(environmentOf(request));
      let found: Interaction | undefined;
      let failure: unknown;
      const question = { method: 'GET', path: '/interactions' } as const;
      await dispatch(provider.issuer, request, question, async (incoming, response) => {
        try {
          found = await provider.interactionDetails(incoming, response);
        } catch (error) {
          failure = error;
        }
        response.end();
      });
      if (found && found.uid === request.params.uid) return found;
      const { SessionNotFound } = (await import('oidc-provider')).errors;
      if (failure !== undefined && !(failure instanceof SessionNotFound)) throw failure;
      throw notFound();
    },

    async save(interaction: Interaction, progress: Progress): Promise<void> {
      interaction.result = { [PROGRESS]: progress } as InteractionResults;
      await interaction.persist();
    },

    /** How it has ended; answers where the browser goes on. */
    async end(interaction: Interaction, result: InteractionResults): Promise<string> {
      interaction.result = result;
      await interaction.persist();
      return interaction.returnTo;
    },
  };
}
