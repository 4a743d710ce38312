/** What the groups of operations are for, by tag, in the order of the page. */
export const GROUPS: Readonly<Record<string, string>> = {
  'MFA device authentications':
    'A flow: one attempt of a user to prove themself. Start it, show what its `status` asks for, hand the answer in, read `COMPLETED` or `FAILED`. A finished flow never changes.',
  'MFA devices':
    'What a user can prove themself by. A device is `ACTIVE`, or waits in `ACTIVATION_REQUIRED` for the proof that it is the user’s.',
  Users:
    'The people of an environment. Only those with `mfaEnabled` are asked; a bypass lets one through until a moment.',
  'Pairing keys': 'The code in a QR code: whoever scans it adds a phone to the user.',
  Recovery:
    'Ours: what helps a user whose devices aren’t at hand, and who may add one. Recovery codes and temporary codes stand in for a device where the policy says so; invitations let a user add one.',
  'OATH tokens':
    'Hardware tokens. Import them with their secrets, one by one or many in a job; a user gets one as a device by its serial number.',
  'Device protocol':
    'What a phone’s application says to the server, each message signed by the device’s key. Applications use the SDK for it; docs/device-protocol.md has the details.',
  'Authentication codes':
    'Sign-in by a code that a page shows and a paired phone scans: the page learns who it was.',
  'Push credentials': 'The accounts by which pushes reach the phones of a native application.',
  'Device authentication policies':
    'Which kinds of devices are allowed, how long passcodes live, how many tries there are, how long a lock lasts. One is the default.',
  'FIDO policies':
    'What a passkey or security key must be: relying party, user verification, attestation. `fidoPolicies` are the deprecated form of `fido2Policies`.',
  'FIDO device metadata':
    'The models of authenticators that are known: those of the FIDO Metadata Service, and your own.',
  'Notification policies':
    'How many messages a user and the environment are sent a day, how long to wait for the next one, to which countries, and by which senders. One is the default.',
  'MFA settings': 'What holds for the whole environment: pairing, lockout, phone extensions.',
  'Abuse protection':
    'What guards against messages that only cost: kinds of numbers, countries, bursts, and codes that nobody types in. Countersign’s own.',
  'Sent messages':
    'What became of codes, pushes and notices; docs/operations.md has the details. Ours: the vendor’s API has none of it.',
  Notifications:
    'A push that is sent at once, to see whether an application’s push credentials work.',
  'Trusted e-mail':
    'Addresses that e-mails of an environment may come from, by domain. An address is proved by a record in DNS or by a code.',
  'Senders of messages':
    'Who a text message, a call or an e-mail leaves by: an environment’s own accounts, in which order they are tried, and what e-mails are from.',
  'Notification templates':
    'What messages can be about, and their words: predefined ones, and your own by delivery method, language and variant.',
  Organizations: 'The one organization that all environments belong to, and its one license.',
  Environments: 'The tenants of this server. MFA works in those with `PING_ONE_MFA`.',
  Populations: 'Groups of users; a role can be confined to one.',
  Groups: 'Users who belong together: applications read them, nothing is decided by them here.',
  Applications:
    'Those who call this API (`WORKER`), and those on phones that devices pair with (`NATIVE_APP`).',
  Surroundings:
    'What clients make around MFA: languages, themes, sign-on policies, keys, API resources, identity providers. It is kept and returned, and decides nothing here: a role assignment of a user gives no right.',
  Roles: 'What a worker may do; docs/reference/roles.md lists it.',
  'Application role assignments': 'Which role an application has, and where.',
  Activities: 'The audit log: who did what to whom, when, and how it ended.',
  Reports: 'Numbers for administrators, and devices with their users: in pages, or as a file.',
  Subscriptions:
    'Webhooks: which receiver is told of which audit records, in their order, at least once; docs/operations.md has the details.',
  Tokens: 'OAuth 2.0: the token endpoint, its keys, and where they are.',
  'Trusted issuers':
    'Those who check users elsewhere, such as Microsoft Entra or Keycloak: their tokens are a first factor here.',
  'Sign-on':
    'OpenID Connect: users sign on by a passkey or another device, and applications hear who they are; docs/decisions/0054-sign-on.md.',
  Development: 'Not in production.',
};
