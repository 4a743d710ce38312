/** How an address becomes `ACTIVE`: by the record in its domain's DNS, or by a code; contract messages §7. */
import { ApiError, wrongState } from '../../../errors/api-error.ts';
import type { TrustedEmail } from '../../../model/messages.ts';
import type { Parts } from '../../../parts.ts';
import type { Write } from '../../../storage/store.ts';
import { requestRecord } from '../../kit/activity.ts';
import { type Collection, findRow, renderRow } from '../../kit/collection.ts';
import { commitOrRetry, type Decision } from '../../kit/commit.ts';
import { type Operation, type OperationRequest, ok } from '../../kit/operation.ts';
import { actionsOf } from '../../kit/resource.ts';
import { type Row, updateRow } from '../../kit/rows.ts';
import { closed, line } from '../../kit/schemas.ts';
import { ownershipOf } from '../email-domains/domain-proofs.ts';
import { emailDomainsOf } from '../email-domains/email-domains.ts';
import { sendCode, wrongCode } from './verification-code.ts';

export type ProvingParts = Pick<
  Parts,
  'store' | 'links' | 'keyring' | 'settings' | 'sendBounds' | 'contents' | 'wakeOutbox'
>;

// biome-ignore lint/suspicious/noExplicitAny: what its bodies say is of no interest here.
type TrustedEmails = Collection<'trusted_emails', any>;
type AddressRow = Row<'trusted_emails'>;

const ActivateTrustedEmail = closed({ verificationCode: line(64) });

const record = (
  request: OperationRequest,
  { id }: AddressRow,
  what: 'ACTIVE' | 'SEND_CODE',
  result?: 'FAILED',
): Write =>
  requestRecord(request, {
    action: `TRUSTED_EMAIL.${what}`,
    resource: { type: 'TRUSTED_EMAIL', id },
    ...(result && { result }),
  });

function proved(request: OperationRequest, { doc }: AddressRow): TrustedEmail {
  const { verification: _, ...rest } = doc;
  return { ...rest, status: 'ACTIVE', updatedAt: request.now };
}

/** The address as it is proved by its domain, or awaits the code that the writes send. */
export async function settled(
  parts: ProvingParts,
  request: OperationRequest,
  row: AddressRow,
  isOwn: boolean,
): Promise<{ doc: TrustedEmail; writes: Write[] }> {
  if (isOwn) return { doc: proved(request, row), writes: [record(request, row, 'ACTIVE')] };
  const { verification, writes } = await sendCode(parts, request, row);
  return {
    doc: { ...row.doc, verification, updatedAt: request.now },
    writes: [...writes, record(request, row, 'SEND_CODE')],
  };
}

/** The address of the path. Throws where there is nothing more to prove. */
async function findUnproved(of: TrustedEmails, request: OperationRequest): Promise<AddressRow> {
  const row = await findRow(of, request);
  if (row.doc.status === 'ACTIVE') throw wrongState('status', 'The address is ACTIVE already.');
  return row;
}

/** A wrong code is counted like a right one: by a guarded write, so that parallel ones all are. */
async function tryCode(
  parts: ProvingParts,
  of: TrustedEmails,
  request: OperationRequest,
): Promise<Decision<AddressRow | ApiError>> {
  const row = await findUnproved(of, request);
  const wrong = await wrongCode(parts, row, request.body.verificationCode, request.now);
  const doc = wrong ? { ...row.doc, verification: wrong.verification } : proved(request, row);
  return {
    writes: [
      updateRow('trusted_emails', row, doc),
      record(request, row, 'ACTIVE', wrong && 'FAILED'),
    ],
    result: wrong?.refusal ?? { ...row, doc },
  };
}

async function activate(parts: ProvingParts, of: TrustedEmails, request: OperationRequest) {
  const outcome = await commitOrRetry(parts.store, () => tryCode(parts, of, request));
  if (outcome instanceof ApiError) throw outcome;
  return ok(await renderRow(of, outcome, request));
}

async function sendAnother(parts: ProvingParts, of: TrustedEmails, request: OperationRequest) {
  await findUnproved(of, request);
  const domain = await findRow(emailDomainsOf(parts), request);
  const isOwn = (await ownershipOf(parts, domain)).status === 'ACTIVE';
  const row = await commitOrRetry(parts.store, async () => {
    const before = await findUnproved(of, request);
    const { doc, writes } = await settled(parts, request, before, isOwn);
    return {
      writes: [updateRow('trusted_emails', before, doc), ...writes],
      result: { ...before, doc },
    };
  });
  parts.wakeOutbox();
  return ok(await renderRow(of, row, request));
}

/** `POST` of one address, by media type. */
export function provingOperations(parts: ProvingParts, of: TrustedEmails): Operation[] {
  return actionsOf(
    parts,
    {
      tag: of.tag,
      path: `${of.path}/{trustedEmailID}`,
      permission: 'update:notification',
      responses: { 200: of.schemas.one },
    },
    {
      activateTrustedEmail: {
        action: 'trustedEmail.activate',
        summary: 'Activate a trusted e-mail address',
        description:
          'By the code that was sent to it. Five wrong ones end it: then ask for another.',
        example: { verificationCode: 'k7m2p9qx' },
        body: ActivateTrustedEmail,
        handle: (_, request) => activate(parts, of, request),
      },
      sendTrustedEmailCode: {
        action: 'trustedEmail.sendVerificationCode',
        summary: 'Send another code to a trusted e-mail address',
        description:
          'The former one is good no more. Ten are sent a day. Where the domain’s DNS has the record of `ownership` by now, the address gets `ACTIVE` instead.',
        handle: (_, request) => sendAnother(parts, of, request),
      },
    },
  );
}
