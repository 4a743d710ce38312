/** Domains whose addresses may stand as the sender of e-mails; contract messages §7. */
import { type Static, type TProperties, Type } from 'typebox';
import { EMAIL_DOMAINS_MAX, TRUSTED_EMAILS_MAX } from '../../../config/limits.ts';
import { invalidData } from '../../../errors/api-error.ts';
import { asciiDomain } from '../../../model/address.ts';
import { momentsOf } from '../../../model/instant.ts';
import type { Parts } from '../../../parts.ts';
import { type Collection, collectionOperations, findRow } from '../../kit/collection.ts';
import { type Operation, type OperationRequest, ok } from '../../kit/operation.ts';
import { actionsOf, ENVIRONMENT } from '../../kit/resource.ts';
import { deleteRow, found, type Row, touchRow, whereIs } from '../../kit/rows.ts';
import { closed, HalLinks, line, resourceOf } from '../../kit/schemas.ts';
import { ownershipOf, type ProofParts, senderPolicyOf } from './domain-proofs.ts';

const MEMBERS = { domainName: line(253) };
const WriteEmailDomain = closed(MEMBERS);
type WriteEmailDomainBody = Static<typeof WriteEmailDomain>;

const KEY = Type.String({ description: 'Relative to the domain; `@`: the domain itself.' });
const RECORD = {
  status: Type.Enum(['ACTIVE', 'VERIFICATION_REQUIRED']),
  key: KEY,
  value: Type.String(),
};
const proof = <Members extends TProperties>(type: 'TXT' | 'CNAME', members: Members) =>
  Type.Object({ _links: HalLinks, type: Type.Literal(type), ...members });
const Region = { name: Type.String(), status: RECORD.status };
const Tokens = Type.Array(Type.Object({ key: KEY, value: RECORD.value }));

/** The platform's mail leaves by several regions; a server has one. */
const REGION = 'default';

type EmailDomainParts = ProofParts & Pick<Parts, 'store'>;

/** The collection of the environment's domains. */
export const emailDomainsOf = ({ store, links }: Pick<Parts, 'store' | 'links'>) =>
  ({
    store,
    links,
    table: 'email_domains',
    path: `${ENVIRONMENT}/emailDomains`,
    name: 'EmailDomain',
    tag: 'Trusted e-mail',
    words: ['a trusted e-mail domain', 'trusted e-mail domains'],
    permission: 'notification',
    auditType: 'EMAIL_DOMAIN',
    auditData: ({ domainName }) => ({ domainName }),
    schemas: { body: WriteEmailDomain, one: resourceOf(MEMBERS) },
    isImmutable: true,
    unique: 'domainName',
    maximum: { count: EMAIL_DOMAINS_MAX, of: 'trusted e-mail domains' },
    toDocument({ domainName }) {
      if (asciiDomain(domainName) !== undefined) return { domainName };
      const message = 'The value is not the name of one domain, such as mail.shop.example.';
      throw invalidData('INVALID_VALUE', 'domainName', { message });
    },
    // Those who make one at the same time see each other: the maximum holds.
    holds: async ({ environmentId }) => [
      touchRow(
        'environments',
        found(await store.get('environments', environmentId, environmentId)),
      ),
    ],
    view: ({ domainName, ...moments }) => ({ domainName, ...momentsOf(moments) }),
    async removes({ environmentId, id }) {
      const where = whereIs('domain_id', id);
      const limit = TRUSTED_EMAILS_MAX;
      const addresses = await store.list('trusted_emails', environmentId, { where, limit });
      return addresses.map((row) => deleteRow('trusted_emails', row));
    },
    operations: {
      list: { description: 'The domains that e-mails of this environment may come from.' },
      create: {
        description:
          'Then add the record that `ownership` shows to the domain’s DNS: its addresses need no code from then on.',
        example: { domainName: 'mail.shop.example' },
      },
      read: { description: 'Whether it is the environment’s own says `ownership`.' },
      delete: { description: 'Its trusted addresses go with it.' },
    },
  }) satisfies Collection<'email_domains', WriteEmailDomainBody>;

/** What one of its looks at DNS has found, with its links. */
function shown({ links }: EmailDomainParts, row: Row<'email_domains'>, what: string, seen: object) {
  const { environmentId, id } = row;
  const path = `/emailDomains/${id}`;
  return ok({
    _links: {
      self: links.api(environmentId, `${path}/${what}`),
      environment: links.api(environmentId),
      emailDomain: links.api(environmentId, path),
    },
    ...seen,
  });
}

export function emailDomainOperations(parts: EmailDomainParts): Operation[] {
  const domains = emailDomainsOf(parts);
  const { path, tag } = domains;
  const look =
    (what: string, find: (row: Row<'email_domains'>) => Promise<object>) =>
    async (of: EmailDomainParts, request: OperationRequest) => {
      const row = await findRow(domains, request);
      return shown(of, row, what, await find(row));
    };
  const at = (what: string, schema: ReturnType<typeof proof>) => ({
    path: `${path}/{emailDomainID}/${what}`,
    responses: { 200: schema },
  });
  return [
    ...collectionOperations(domains),
    ...actionsOf(
      parts,
      { method: 'GET', tag, path, permission: 'read:notification', responses: {} },
      {
        readEmailDomainOwnership: {
          ...at(
            'ownership',
            proof('TXT', {
              regions: Type.Array(Type.Object({ ...Region, ...RECORD })),
              environmentDnsRecord: Type.Object(RECORD),
            }),
          ),
          summary: 'Look up whether the domain is the environment’s',
          description:
            'Looks at DNS now. With the record in place, addresses of the domain are `ACTIVE` as soon as they are made.',
          handle: look('ownership', async (row) => {
            const record = await ownershipOf(parts, row);
            const regions = [{ name: REGION, ...record }];
            return { type: 'TXT', regions, environmentDnsRecord: record };
          }),
        },
        readEmailDomainDkim: {
          ...at(
            'dkim',
            proof('CNAME', { regions: Type.Array(Type.Object({ ...Region, tokens: Tokens })) }),
          ),
          summary: 'Read the DKIM records of the domain',
          description: 'There are none: the server signs no e-mail. Let your mail server do it.',
          handle: look('dkim', async () => {
            const region = { name: REGION, status: 'VERIFICATION_REQUIRED', tokens: [] };
            return { type: 'CNAME', regions: [region] };
          }),
        },
        readEmailDomainSpf: {
          ...at('spf', proof('TXT', RECORD)),
          summary: 'Look up whether the server’s mail host may send for the domain',
          description:
            'Looks at DNS now. `value` names the host that the server hands its e-mail to; `include:` and `mx:` of it count, too.',
          handle: look('spf', async (row) => ({
            type: 'TXT',
            ...(await senderPolicyOf(parts, row)),
          })),
        },
      },
    ),
  ];
}
