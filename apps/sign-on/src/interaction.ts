/** The small API of an interaction: what the page asks for and does. It never hears a flow's id. */

export type Status =
  | 'FIRST_FACTOR_REQUIRED'
  | 'READY'
  | 'DEVICE_SELECTION_REQUIRED'
  | 'OTP_REQUIRED'
  | 'ASSERTION_REQUIRED'
  | 'PUSH_CONFIRMATION_REQUIRED'
  | 'PUSH_CONFIRMATION_TIMED_OUT'
  | 'COMPLETED'
  | 'FAILED';

/** What may be done now: the last parts of the addresses. */
export type Action =
  | 'passkey'
  | 'start'
  | 'device'
  | 'otp'
  | 'assertion'
  | 'cancelPush'
  | 'cancel'
  | 'finish';

export interface Device {
  id: string;
  type: string;
  nickname?: string;
  /** Masked, as `email` is. */
  phone?: string;
  email?: string;
  displayName?: string;
  model?: { name: string; marketingName?: string };
}

export interface Interaction {
  application: { name: string };
  user?: { name: string };
  /** From about where: a place in words. */
  from?: string;
  theme?: Theme;
  status: Status;
  actions: Action[];
  devices?: Device[];
  selectedDevice?: { id: string };
  secondsLeft?: number;
  numberMatching?: { type: string; value: number };
  /** JSON text; WebAuthn Level 3, §5.1.9. */
  publicKeyCredentialRequestOptions?: string;
  error?: { code: string; reason?: string };
}

/** How the environment wants its pages. */
export interface Theme {
  name?: string;
  /** An address of this server. */
  logo?: string;
  /** `#0b5cad` */
  accent?: string;
}

/** What the server refused, or `UNREACHABLE`: nobody answered. */
export class Refusal extends Error {
  readonly code: string;
  readonly attemptsRemaining: number | undefined;
  readonly lockedUntil: Date | undefined;

  constructor(
    code: string,
    inner: { attemptsRemaining?: number; coolDownExpiresAt?: string } = {},
  ) {
    super(code);
    this.code = code;
    this.attemptsRemaining = inner.attemptsRemaining;
    const { coolDownExpiresAt } = inner;
    this.lockedUntil = coolDownExpiresAt === undefined ? undefined : new Date(coolDownExpiresAt);
  }
}

interface ErrorBody {
  code?: string;
  details?: {
    code: string;
    innerError?: { attemptsRemaining?: number; coolDownExpiresAt?: string };
  }[];
}

/** Where the page's query says that its interaction is; undefined: it says nothing of the kind. Pure. */
export function addressOf(page: string): { url: URL; uid: string } | undefined {
  const { searchParams } = new URL(page);
  const environment = searchParams.get('environment') ?? '';
  const uid = searchParams.get('interaction') ?? '';
  // Nothing else may become a part of the path.
  if (!/^[\w-]+$/.test(environment) || !/^[\w-]+$/.test(uid)) return undefined;
  return { url: new URL(`../${environment}/as/interactions/${uid}`, page), uid };
}

/** Calls of the API. Each throws a `Refusal`. */
export function interactionClient({ url, uid }: { url: URL; uid: string }) {
  async function call<Answer>(path: string, options: RequestInit): Promise<Answer> {
    let response: Response;
    try {
      response = await fetch(url + path, {
        ...options,
        headers: {
          accept: 'application/json',
          'content-type': 'application/json',
          'countersign-interaction': uid,
        },
      });
    } catch {
      throw new Refusal('UNREACHABLE');
    }
    const body = (await response.json().catch(() => ({}))) as Answer & ErrorBody;
    if (response.ok) return body;
    if (response.status >= 500) throw new Refusal('UNREACHABLE');
    const [detail] = body.details ?? [];
    throw new Refusal(detail?.code ?? body.code ?? 'UNKNOWN', detail?.innerError);
  }
  const post = <Answer>(action: Action, body: object = {}) =>
    call<Answer>(`/${action}`, { method: 'POST', body: JSON.stringify(body) });

  return {
    read: () => call<Interaction>('', {}),
    act: (action: Exclude<Action, 'cancel' | 'finish'>, body?: object) =>
      post<Interaction>(action, body),
    /** Answers the address at which the application goes on. */
    async end(action: 'cancel' | 'finish'): Promise<string> {
      const { redirectTo } = await post<{ redirectTo: string }>(action);
      const { protocol } = new URL(redirectTo, url);
      if (!/^https?:$/.test(protocol)) throw new Refusal('UNKNOWN');
      return redirectTo;
    },
  };
}

export type InteractionClient = ReturnType<typeof interactionClient>;
