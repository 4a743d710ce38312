/** What a developer has to know before the first request: in the document, and on its page. */

export interface Addresses {
  /** Of `/v1`, without slash at the end. */
  serverUrl: string;
  /** Of `/{envID}/…`: flows, codes, tokens. */
  authServerUrl: string;
}

export interface Section {
  id: string;
  title: string;
  /** Markdown. */
  text: string;
}

/** The sections, in the order of reading. Pure. */
export function introduction({ serverUrl, authServerUrl }: Addresses): Section[] {
  return [
    {
      id: 'what-this-is',
      title: 'What this is',
      text: `Countersign asks for the second factor. Your application keeps the first one: it knows who claims to sign
in. It then starts a **device authentication** here, shows the user what is asked, and hands the answer in.
The result is \`COMPLETED\` or \`FAILED\`. The API is that of PingOne MFA: paths, media types, statuses and
errors are the same.

| word | meaning |
| --- | --- |
| environment | a tenant: its users, applications and policies; every path names it as \`{envID}\` |
| population | a group of users within an environment |
| worker | an application that calls this API with its own token and its roles |
| device | what a user proves themself by: an address, a phone, a passkey, an authenticator app |
| flow | one attempt to authenticate: a device authentication |
| policy | which kinds of devices are allowed, how long a passcode lives, how many tries there are |`,
    },
    {
      id: 'base-urls',
      title: 'Base URLs',
      text: `| paths | base URL | what |
| --- | --- | --- |
| \`/v1/…\` | \`${serverUrl}\` | resources: users, devices, policies |
| \`/{envID}/…\` | \`${authServerUrl}\` | what happens while somebody signs in: flows, codes, tokens |

On a development server, \`data/first-run.env\` has the id of the first environment and the credentials of
its worker.`,
    },
    {
      id: 'get-a-token',
      title: 'Get a token',
      text: `By OAuth 2.0 client credentials (RFC 6749 §4.4). The examples below use the same four variables.

\`\`\`sh
. ./data/first-run.env   # COUNTERSIGN_URL, ENVIRONMENT_ID, CLIENT_ID, CLIENT_SECRET
TOKEN=$(curl -s -u "$CLIENT_ID:$CLIENT_SECRET" -d grant_type=client_credentials \\
  "$COUNTERSIGN_URL/$ENVIRONMENT_ID/as/token" | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
curl -s -H "Authorization: Bearer $TOKEN" "$COUNTERSIGN_URL/v1/environments/$ENVIRONMENT_ID/users"
\`\`\`

A token lives for an hour (\`expires_in\`). Keep it until a minute before its end and get the next one then,
not one for each request. What it may do is what the roles of its application allow; each operation below
names the permission that it needs.`,
    },
    {
      id: 'media-types',
      title: 'Media types choose the action',
      text: `One address can have several actions. The request’s \`Content-Type\` says which one is meant:
\`application/json\` creates or changes the resource itself; \`application/vnd.pingidentity.otp.check+json\`
checks a passcode at the same address. The body is JSON in every case. A media type that an address doesn’t
have is answered with \`415 UNSUPPORTED_MEDIA_TYPE\` and the list of those that it has.`,
    },
    {
      id: 'errors',
      title: 'Errors',
      text: `An answer outside of 2xx has this body. Decide by \`code\` and \`details[0].code\`; the words may change.

\`\`\`json
{
  "id": "0199f2a4-6c1e-7d30-8a55-3a1d0c2b7e11",
  "code": "INVALID_DATA",
  "message": "The request could not be completed. One or more validation errors were in the request.",
  "details": [{ "code": "REQUIRED_VALUE", "target": "user.id", "message": "The value is required." }]
}
\`\`\`

\`id\` stands in the server’s log, too. Properties that a request has and the schema hasn’t are ignored, as
PingOne does; the answer names those of the top level in the header \`Ignored-Properties\`, so that a
misspelt one is found. Try again only after \`429\`, \`503\` and lost connections, later each time; \`docs/recipes\` in the
sources shows how.`,
    },
    {
      id: 'lists',
      title: 'Lists and pages',
      text: `A list answers with \`_embedded\` and, if there is more, with \`_links.next.href\`: follow it as it is.
\`limit\` sets the size of a page, \`filter\` takes SCIM expressions such as \`username eq "kaisa"\` where the
operation has it.`,
    },
    {
      id: 'time-and-ids',
      title: 'Time and ids',
      text: `Times are UTC in ISO 8601 with milliseconds: \`2026-03-04T05:06:07.089Z\`. Ids are UUIDs in lower case. Send
\`Correlation-Id\` to find a request again in your log and in the server’s; the answer always has one.`,
    },
  ];
}
