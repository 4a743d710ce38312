/** What a device says of itself to the server, and what it is told of a scanned code. */
export interface PushToken {
  provider: 'FCM' | 'APNS' | 'HMS' | 'WEB_PUSH';
  /** The registration token; for `WEB_PUSH` the subscription as JSON. */
  token: string;
  /** APNs' development service. */
  sandbox?: boolean;
}

/** What the device says of itself. */
export interface About {
  os?: { type: string; version?: string };
  model?: { name: string; marketingName?: string };
  manufacturer?: string;
  sdkVersion?: string;
  locale?: string;
  nativeName?: string;
  applicationVersion?: string;
  rooted?: boolean;
  lockEnabled?: boolean;
  allowPushNotification?: boolean;
}

export interface Update {
  about?: About;
  /** `null`: it isn't woken by a provider any more. */
  push?: PushToken | null;
  integrity?: { compromised: boolean };
  /** At most 100 characters; an empty one removes it. */
  nickname?: string;
}

/** A code that another device shows, to sign a user on there. */
export interface ScannedCode {
  id: string;
  /** `CLAIMED`: the user must approve; `COMPLETED`: he is signed on. */
  status: string;
  clientContext?: Record<string, unknown>;
  application: { id: string };
  expiresAt: string;
}
