/** Addresses that may stand as the sender of e-mails; contract messages §7. */
import { randomUUIDv7 } from 'node:crypto';
import { type Static, Type } from 'typebox';
import { TRUSTED_EMAILS_MAX } from '../../../config/limits.ts';
import { invalidData, limitExceeded } from '../../../errors/api-error.ts';
import { domainKey, EMAIL_RULE, emailKey, isEmailAddress } from '../../../model/address.ts';
import { momentsOf } from '../../../model/instant.ts';
import { changeRecord } from '../../kit/activity.ts';
import { type Collection, collectionOperations, findRow, renderRow } from '../../kit/collection.ts';
import { commitOrRetry } from '../../kit/commit.ts';
import type { Operation, OperationReply, OperationRequest } from '../../kit/operation.ts';
import { insertRow, type Row, touchRow, whereIs } from '../../kit/rows.ts';
import { closed, line, Reference, resourceOf, Uuid } from '../../kit/schemas.ts';
import { ownershipOf } from '../email-domains/domain-proofs.ts';
import { emailDomainsOf } from '../email-domains/email-domains.ts';
import { type ProvingParts, provingOperations, settled } from './prove-address.ts';

const WriteTrustedEmail = closed({ emailAddress: line(254) });
type WriteTrustedEmailBody = Static<typeof WriteTrustedEmail>;

const TrustedEmailReply = resourceOf({
  emailAddress: Type.String(),
  status: Type.Enum(['ACTIVE', 'VERIFICATION_REQUIRED']),
  domain: Reference,
  domainId: Uuid,
});

/** The address that the request names. Throws where it is none of the domain. */
function addressOf({ emailAddress }: WriteTrustedEmailBody, domain: Row<'email_domains'>): string {
  const refuse = (message: string) => invalidData('INVALID_VALUE', 'emailAddress', { message });
  if (!isEmailAddress(emailAddress)) throw refuse(EMAIL_RULE);
  const { domainName } = domain.doc;
  const isOfIt = emailKey(emailAddress).endsWith(`@${domainKey(domainName)}`);
  if (!isOfIt) throw refuse(`The address is not one of the domain ${domainName}.`);
  return emailAddress;
}

/** The collection of a domain's addresses. */
function trustedEmailsOf(parts: ProvingParts) {
  const { store, links } = parts;
  const domains = emailDomainsOf(parts);
  return {
    store,
    links,
    table: 'trusted_emails',
    path: `${domains.path}/{emailDomainID}/trustedEmails`,
    name: 'TrustedEmail',
    tag: domains.tag,
    words: ['a trusted e-mail address', 'trusted e-mail addresses of a domain'],
    permission: 'notification',
    auditType: 'TRUSTED_EMAIL',
    schemas: { body: WriteTrustedEmail, one: TrustedEmailReply },
    isImmutable: true,
    assertParent: async (request) => void (await findRow(domains, request)),
    where: ({ params }) => whereIs('domain_id', params.emailDomainID ?? ''),
    isVisible: ({ doc }, { params }) => doc.domainId === params.emailDomainID,
    async toDocument(body, { request }) {
      const domain = await findRow(domains, request);
      const emailAddress = addressOf(body, domain);
      return { domainId: domain.id, emailAddress, status: 'VERIFICATION_REQUIRED' };
    },
    view: ({ emailAddress, status, domainId, ...moments }) => ({
      emailAddress,
      status,
      domain: { id: domainId },
      domainId,
      ...momentsOf(moments),
    }),
    moreLinks: ({ environmentId, doc }) => ({
      emailDomain: links.api(environmentId, `/emailDomains/${doc.domainId}`),
    }),
  } satisfies Collection<'trusted_emails', WriteTrustedEmailBody>;
}

type TrustedEmails = ReturnType<typeof trustedEmailsOf>;

/** The addresses of the domain: there are few. */
const siblingsOf = ({ store }: ProvingParts, { environmentId, id }: Row<'email_domains'>) =>
  store.list('trusted_emails', environmentId, {
    where: whereIs('domain_id', id),
    limit: TRUSTED_EMAILS_MAX,
  });

/** Makes the address, and proves it or sends it a code; one that was there stays as it is. */
async function createTrustedEmail(
  parts: ProvingParts,
  collection: TrustedEmails,
  request: OperationRequest,
): Promise<OperationReply> {
  const { store, wakeOutbox } = parts;
  const domains = emailDomainsOf(parts);
  const isOwn = (await ownershipOf(parts, await findRow(domains, request))).status === 'ACTIVE';
  const id = randomUUIDv7();
  const { row, status } = await commitOrRetry(store, async () => {
    const domain = await findRow(domains, request);
    const { environmentId } = domain;
    const address = addressOf(request.body, domain);
    const siblings = await siblingsOf(parts, domain);
    const isSame = ({ doc }: Row<'trusted_emails'>) =>
      emailKey(doc.emailAddress) === emailKey(address);
    const before = siblings.find(isSame);
    if (before) return { writes: [], result: { row: before, status: 200 } };
    if (siblings.length >= TRUSTED_EMAILS_MAX) {
      throw limitExceeded('The domain has its maximum of trusted addresses.', TRUSTED_EMAILS_MAX);
    }
    const requested = await collection.toDocument(request.body, { environmentId, id, request });
    const moments = { createdAt: request.now, updatedAt: request.now };
    const made = { environmentId, id, version: 1, doc: { ...requested, ...moments } };
    const { doc, writes } = await settled(parts, request, made, isOwn);
    return {
      writes: [
        // Those who make one at the same time see each other: the maximum holds.
        touchRow('email_domains', domain),
        insertRow('trusted_emails', { environmentId, id, doc }),
        changeRecord(request, collection.auditType, 'CREATED', id),
        ...writes,
      ],
      result: { row: { ...made, doc }, status: 201 },
    };
  });
  wakeOutbox();
  return { status, body: await renderRow(collection, row, request) };
}

export function trustedEmailOperations(parts: ProvingParts): Operation[] {
  const collection = trustedEmailsOf(parts);
  const { schemas } = collection;
  return [
    ...collectionOperations({
      ...collection,
      operations: {
        list: { description: 'The addresses of the domain, proved or not.' },
        create: {
          description:
            'It is `ACTIVE` at once where the domain’s DNS has the record of `ownership`. Else a code is sent to it. Answers 200, and sends nothing, where the address was there.',
          example: { emailAddress: 'no-reply@mail.shop.example' },
          responses: { 200: schemas.one, 201: schemas.one },
          handle: (request) => createTrustedEmail(parts, collection, request),
        },
        read: { description: 'Only `ACTIVE` ones are used as a sender.' },
        delete: { description: 'E-mails come from another address from then on.' },
      },
    }),
    ...provingOperations(parts, collection),
  ];
}
