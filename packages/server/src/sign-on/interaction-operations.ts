/**
 * What the page of a sign-on asks for and does. It runs a device authentication by the same handlers
 * as `POST /{envID}/deviceAuthentications`, in the name of the application that signs its user on.
 */
import { ApiError } from '../errors/api-error.ts';
import type { Flow, User } from '../model/documents.ts';
import { startDeviceAuthentication } from '../resources/authentication/device-authentications/start-flow.ts';
import {
  cancelPush,
  checkAnswer,
  readDeviceAuthentication,
  selectDevice,
} from '../resources/authentication/device-authentications/step-flow.ts';
import { configurationOf } from '../resources/devices/devices/devices.parts.ts';
import { hostNameOf } from '../resources/kit/links.ts';
import {
  environmentOf,
  type Handler,
  type Operation,
  type OperationReply,
  type OperationRequest,
  ok,
} from '../resources/kit/operation.ts';
import { findClient } from '../resources/platform/tokens/authenticate-client.ts';
import type { Stored } from '../storage/store.ts';
import { acrClaimOf, assuranceOf } from './assurance.ts';
import { entraAnswer } from './entra.ts';
import { firstFactorOf } from './first-factor.ts';
import { assertOwnPage, createInteractions, type Interaction, progressOf } from './interaction.ts';
import type { SignOnParts } from './parts.ts';
import type { Providers } from './providers.ts';
import * as schema from './sign-on.schema.ts';
import { STEP_UP } from './step-up.ts';

type View = Record<string, unknown> & { status: string };

/** By which links of a flow the page knows what it may do. */
const ACTIONS: Readonly<Record<string, string>> = {
  'device.select': 'device',
  'otp.check': 'otp',
  'assertion.check': 'assertion',
  'cancel.push.authentication': 'cancelPush',
};
/** What of a flow the page shows; not the code of a test device, and no id of it. */
const SHOWN = ['selectedDevice', 'numberMatching', 'publicKeyCredentialRequestOptions', 'error'];

const STEP_UPS: readonly string[] = [STEP_UP, 'essential_acr', 'essential_acrs'];

export function interactionOperations(parts: SignOnParts, providers: Providers): Operation[] {
  const { store, links, clock } = parts;
  const interactions = createInteractions(providers);

  /** The addresses that the page can have: an address of numbers has no passkeys, `localhost` has. */
  function ownOrigins(): string[] {
    const named = new URL(links.authOrigin());
    const { origin } = named;
    named.hostname = hostNameOf(origin);
    return [origin, named.origin];
  }

  const asApplication = async (
    request: OperationRequest,
    { params }: Interaction,
    body: unknown,
    flowId = '',
  ): Promise<OperationRequest> => {
    const environmentId = environmentOf(request);
    const application = await findClient(parts, environmentId, String(params.client_id));
    if (!application?.doc.enabled) throw new ApiError('ACCESS_FAILED');
    return {
      ...request,
      params: { envID: environmentId, deviceAuthenticationID: flowId },
      body,
      actor: { type: 'APPLICATION', environmentId, applicationId: application.id },
      requireUser: () => {},
    };
  };

  /** Who is known already: by a trusted issuer, or signed on where only more is to be proved. */
  function knownUserId(environmentId: string, interaction: Interaction): string | undefined {
    const { prompt, session, params } = interaction;
    const factor = firstFactorOf(parts, environmentId, params);
    if (factor) return factor.userId;
    const onlyMore = prompt.reasons.every((reason) => STEP_UPS.includes(reason));
    return onlyMore ? session?.accountId : undefined;
  }

  async function userNamed(
    environmentId: string,
    userId?: string,
  ): Promise<Stored<User> | undefined> {
    return userId === undefined ? undefined : store.get('users', environmentId, userId);
  }

  async function flowOf(request: OperationRequest, interaction: Interaction) {
    const { flowId } = progressOf(interaction);
    if (flowId === undefined) return undefined;
    const asked = await asApplication(request, interaction, {}, flowId);
    const { body } = await readDeviceAuthentication(parts, asked);
    const row = await store.get('flows', environmentOf(request), flowId);
    return row && { view: body as View, row };
  }

  function secondsLeft({ doc }: Stored<Flow>): number | undefined {
    const expiresAt = doc.challenge?.expiresAt;
    return expiresAt === undefined
      ? undefined
      : Math.max(0, Math.ceil((expiresAt - clock.now()) / 1_000));
  }

  function shown(view: View, row: Stored<Flow>) {
    const { _links, _embedded } = view as unknown as {
      _links: Record<string, unknown>;
      _embedded: { devices: unknown[] };
    };
    const { status } = view;
    const isOver = status === 'COMPLETED' || status === 'FAILED';
    const actions = Object.keys(_links).flatMap((name) => ACTIONS[name] ?? []);
    const left = secondsLeft(row);
    return {
      status,
      actions: isOver ? ['finish'] : [...actions, 'cancel'],
      devices: _embedded.devices,
      ...(left === undefined ? {} : { secondsLeft: left }),
      ...Object.fromEntries(SHOWN.flatMap((name) => (name in view ? [[name, view[name]]] : []))),
    };
  }

  async function stateOf(
    request: OperationRequest,
    interaction: Interaction,
  ): Promise<OperationReply> {
    const environmentId = environmentOf(request);
    const clientId = String(interaction.params.client_id);
    const [application, flow] = await Promise.all([
      findClient(parts, environmentId, clientId),
      flowOf(request, interaction),
    ]);
    const known = knownUserId(environmentId, interaction);
    const user = await userNamed(environmentId, flow ? flow.row.doc.userId : known);
    const begin = known === undefined ? 'FIRST_FACTOR_REQUIRED' : 'READY';
    return ok({
      application: { name: application?.doc.name ?? clientId },
      ...(user ? { user: { name: user.doc.username } } : {}),
      ...(flow
        ? shown(flow.view, flow.row)
        : {
            status: begin,
            actions: [...(known === undefined ? [] : ['start']), 'passkey', 'cancel'],
          }),
    });
  }

  /** Begins a device authentication; one that runs already is left to its end. */
  async function begin(
    request: OperationRequest,
    interaction: Interaction,
    body: object,
  ): Promise<OperationReply> {
    const configuration = await configurationOf(parts, environmentOf(request));
    const { policy, acr } = assuranceOf(configuration, interaction.params);
    const asked = await asApplication(request, interaction, { ...body, policy: { id: policy.id } });
    const started = await startDeviceAuthentication(parts, asked);
    const { id: flowId } = started.body as { id: string };
    await interactions.save(interaction, { flowId, acr });
    return stateOf(request, interaction);
  }

  /** An answer, a choice: what the engine says of it, the page hears. */
  const step =
    (handle: Handler<SignOnParts>) =>
    async (request: OperationRequest, interaction: Interaction): Promise<OperationReply> => {
      const { flowId } = progressOf(interaction);
      if (flowId === undefined) throw notBegun();
      const body = { ...request.body, ...originOf(request) };
      await handle(parts, await asApplication(request, interaction, body, flowId));
      return stateOf(request, interaction);
    };
  const originOf = ({ body, headers }: OperationRequest) =>
    body?.assertion === undefined ? {} : { origin: String(headers.origin) };

  const ended = async (interaction: Interaction, error: string, error_description: string) =>
    ok({ redirectTo: await interactions.end(interaction, { error, error_description }) });

  async function finish(
    request: OperationRequest,
    interaction: Interaction,
  ): Promise<OperationReply> {
    const flow = await flowOf(request, interaction);
    if (!flow) throw notBegun();
    const { status, userId, authenticators = [] } = flow.row.doc;
    const known = knownUserId(environmentOf(request), interaction);
    if (status === 'FAILED')
      return ended(interaction, 'access_denied', 'The user was not authenticated.');
    if (status !== 'COMPLETED' || userId === undefined) {
      throw new ApiError('REQUEST_FAILED', [], {
        message: 'The authentication has not ended yet.',
      });
    }
    if (known !== undefined && known !== userId) {
      return ended(interaction, 'access_denied', 'Another user was authenticated.');
    }
    const { params } = interaction;
    const isForEntra = firstFactorOf(parts, environmentOf(request), params)?.isEntra === true;
    const { acr } = progressOf(interaction);
    const answer = isForEntra
      ? entraAnswer(authenticators, params)
      : { amr: authenticators, ...(acr === undefined ? {} : { acr }) };
    const { essential, values } = acrClaimOf(params);
    if (!answer || (essential && !values.includes(answer.acr ?? ''))) {
      const why = 'What was requested can’t be proved here.';
      return ended(interaction, 'unmet_authentication_requirements', why);
    }
    const login = {
      accountId: userId,
      ...answer,
      ts: Math.floor(clock.now() / 1_000),
      // What Entra asks is asked each time: it is no sign-on of ours.
      ...(isForEntra ? { remember: false } : {}),
    };
    return ok({ redirectTo: await interactions.end(interaction, { login }) });
  }

  const ACTS: Record<
    string,
    {
      summary: string;
      body?: Operation['body'];
      reply?: Operation['body'];
      act(request: OperationRequest, interaction: Interaction): Promise<OperationReply>;
    }
  > = {
    passkey: {
      summary: 'Begin with a passkey, whoever it is',
      act: (request, interaction) => begin(request, interaction, { rp: {} }),
    },
    start: {
      summary: 'Begin with the user who is known',
      body: schema.Start,
      act(request, interaction) {
        const id = knownUserId(environmentOf(request), interaction);
        if (id === undefined) throw new ApiError('ACCESS_FAILED');
        const { device } = request.body;
        const selectedDevice = device ? { selectedDevice: device } : {};
        return begin(request, interaction, { user: { id }, ...selectedDevice });
      },
    },
    device: {
      summary: 'Choose a device; the same one again is asked anew',
      body: schema.ChosenDevice,
      act: step(selectDevice),
    },
    otp: { summary: 'Answer with a passcode', body: schema.Otp, act: step(checkAnswer('otp')) },
    assertion: {
      summary: 'Answer with a passkey',
      body: schema.Assertion,
      act: step(checkAnswer('assertion')),
    },
    cancelPush: { summary: 'Take back the push', act: step(cancelPush) },
    cancel: {
      summary: 'Give the sign-on up',
      reply: schema.InteractionEnd,
      act: (_request, interaction) =>
        ended(interaction, 'access_denied', 'The user has given the sign-on up.'),
    },
    finish: {
      summary: 'Go back to the application, signed on or not',
      reply: schema.InteractionEnd,
      act: finish,
    },
  };

  const common = { tag: 'Sign-on', permission: 'PUBLIC' } as const;
  const path = '/{envID}/as/interactions/{uid}';
  return [
    {
      ...common,
      id: 'readInteraction',
      method: 'GET',
      path,
      summary: 'Read how far a sign-on has come',
      description:
        'For the page of the sign-on, in the browser that has begun it: its cookie goes with the request, and any other browser gets 404. A browser that opens the address is sent to the page.',
      responses: { 200: schema.InteractionState },
      async handle(request) {
        if (/text\/html/i.test(String(request.headers.accept ?? ''))) return pageOf(request);
        return stateOf(request, await interactions.find(request));
      },
    },
    ...Object.entries(ACTS).map(
      ([
        name,
        { summary, body = schema.Nothing, reply = schema.InteractionState, act },
      ]): Operation => ({
        ...common,
        id: `${name}Interaction`,
        method: 'POST',
        path: `${path}/${name}`,
        summary,
        description: `\`GET …/interactions/{uid}\` says when it is possible. With the header \`Countersign-Interaction: {uid}\`, from a page of this server’s own origin; 403 otherwise.`,
        example: EXAMPLES[name] ?? {},
        body,
        bodyOptional: true,
        responses: { 200: reply },
        async handle(request) {
          const interaction = await interactions.find(request);
          assertOwnPage(request, ownOrigins());
          return act(request, interaction);
        },
      }),
    ),
  ];

  function pageOf(request: OperationRequest): OperationReply {
    const { envID, uid } = request.params;
    const location = `${links.authOrigin()}/sign-on/?environment=${envID}&interaction=${uid}`;
    return { status: 303, headers: { location } };
  }
}

const EXAMPLES: Readonly<Record<string, object>> = {
  device: { device: { id: '7c1f1c5e-0b8e-4f5c-9b54-4a3b1c2d5e6f' } },
  otp: { otp: '482913' },
  assertion: { assertion: '{"id":"…","type":"public-key","response":{}}' },
};

const notBegun = () =>
  new ApiError('REQUEST_FAILED', [], { message: 'No authentication has begun yet.' });
