/** What the user is asked: everything that the server has signed, and nothing else. */

export type ChallengeKind = 'CONFIRM' | 'SELECT_NUMBER' | 'ENTER_NUMBER' | 'SILENT';

/** A request to approve; docs/device-protocol.md, "Challenge". All of it is shown to the user. */
export interface Challenge {
  /** The authentication that waits. */
  id: string;
  kind: ChallengeKind;
  title: string;
  message: string;
  clientContext?: Record<string, unknown>;
  environment: { id: string; name: string };
  user: { id: string; username: string };
  application: { id: string };
  /** Where the request that asks came from, when (RFC 3339), and by which application; as the server saw it. */
  origin: { time: string; address?: string; application?: { id: string; name: string } };
  /** RFC 3339, by the server's clock. */
  expiresAt: string;
  userVerification: 'REQUIRED' | 'PREFERRED';
  /** With `SELECT_NUMBER`: one of them is shown by the application that asks. Two digits each. */
  numbers?: number[];
}

export interface Approval {
  /** How the user was verified, as references of RFC 8176 §2: `fpt`, `face`, `pin`. */
  amr?: string | string[];
  /** With `SELECT_NUMBER` and `ENTER_NUMBER`. */
  number?: number;
  /** What verified the user on this device; left out: nothing did. */
  userVerification?: string;
  /** What the device thinks of its own integrity. */
  integrity?: { compromised: boolean };
}

export type DenyReason = 'NONE' | 'BIOMETRICS_REJECTED' | 'REPORT_FRAUD';

/** What the account says of the decision, for its signature. */
export type Decision =
  | ({ decision: 'APPROVE' } & Omit<Approval, 'amr'> & { amr?: string[] })
  | { decision: 'DENY'; reason: DenyReason };

/** Who answers: the account that was asked. */
interface Answering {
  readonly id: string;
  answer(text: string, flow: string, decision: Decision): Promise<string>;
  reportWrongNumber(flow: string): Promise<void>;
}

/** A request that waits for the user's decision. */
export class ApprovalRequest<Account extends Answering = Answering> {
  /** The account that is asked. */
  readonly account: Account;
  readonly challenge: Challenge;
  /** When to stop showing it: Unix milliseconds of this device's clock. */
  readonly showUntil: number;
  readonly #text: string;
  #isAnswered = false;

  /** `clockOffsetMs`: what to add to this device's clock to have the server's. */
  constructor(account: Account, text: string, challenge: Challenge, clockOffsetMs: number) {
    this.account = account;
    this.challenge = challenge;
    this.#text = text;
    this.showUntil = Date.parse(challenge.expiresAt) - clockOffsetMs;
  }

  /** It was answered here, or is just being answered. */
  get isAnswered(): boolean {
    return this.#isAnswered;
  }

  /**
   * Approves. Resolves with the status of the authentication: `COMPLETED`, or `FAILED` for a wrong
   * number. Throws `DeviceError`: `PUSH_CONFIRMATION_TOO_LATE`, `AUTHENTICATION_CANCELLED`,
   * `DEVICE_BLOCKED`, `NETWORK` (then it may have been carried out all the same).
   */
  approve({ amr, ...approval }: Approval = {}): Promise<string> {
    const words = amr === undefined ? {} : { amr: [amr].flat() };
    return this.#answer({ decision: 'APPROVE', ...approval, ...words });
  }

  /** Denies: `FAILED`. `REPORT_FRAUD` tells the administrators. Throws what `approve` throws. */
  deny(reason: DenyReason = 'NONE'): Promise<string> {
    return this.#answer({ decision: 'DENY', reason });
  }

  /**
   * After an approval that was `FAILED` by a wrong number: its user had started nothing. Tells the
   * administrators.
   */
  report(): Promise<void> {
    return this.account.reportWrongNumber(this.challenge.id);
  }

  async #answer(decision: Decision): Promise<string> {
    this.#isAnswered = true;
    try {
      return await this.account.answer(this.#text, this.challenge.id, decision);
    } catch (error) {
      this.#isAnswered = false;
      throw error;
    }
  }
}
