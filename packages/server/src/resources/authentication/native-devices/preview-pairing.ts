/** What a person is asked before a phone pairs: whose account it is, and until when; decision 0017. */
import { TYPED_CODE_ENVIRONMENTS_MAX } from '../../../config/limits.ts';
import { invalidData } from '../../../errors/api-error.ts';
import { toTimestamp } from '../../../model/instant.ts';
import { ANY_ENVIRONMENT } from '../../../storage/store.ts';
import { normalCode } from '../../devices/pairing-keys/new-pairing-key.ts';
import { pairingUri } from '../../devices/pairing-keys/pairing-keys.ts';
import { environmentOf, type Handler, ok } from '../../kit/operation.ts';
import { ClaimRefused, claimableKey, claimRules, guessesOf, readGuess } from './claimable-key.ts';
import { readPreviewClaims } from './native.schema.ts';
import { type GuardedParts, useRequest } from './native-parts.ts';

const invalidKey = () => invalidData('PAIRING_KEY_INVALID', 'code');

/**
 * `POST …/device/v1/previews`: told to whoever could pair by the code, and counted as if they did. It
 * claims nothing, and what would be refused later is refused now.
 */
export const previewPairing: Handler<GuardedParts> = async (parts, request) => {
  const environmentId = environmentOf(request);
  const { now } = request;
  const { store } = parts;
  const { claims, begin, answer } = await readGuess(parts, request, 'previews');
  const { code, application: wanted } = readPreviewClaims(claims);
  const forgive = begin();
  const key = await claimableKey(parts, environmentId, normalCode(code), now);
  if (!key) throw invalidKey();
  forgive();
  const { configuration, application } = await claimRules(parts, request, key, wanted).catch(
    (error) => {
      throw error instanceof ClaimRefused ? error.error : error;
    },
  );
  const user = await store.get('users', environmentId, key.doc.userId);
  if (!user?.doc.enabled) throw invalidKey();
  await useRequest(parts, environmentId, claims, now);
  return answer({
    user: { username: user.doc.username },
    environment: { id: environmentId, name: configuration.environment.doc.name },
    application: { name: application.doc.name },
    expiresAt: toTimestamp(key.doc.usableUntil),
  });
};

/**
 * `POST /device/v1/pairings`: the link of a code that was typed on the server's own page. Each
 * environment is asked for itself. Tries are counted over all of them at once, so that no address
 * gets more than it would by trying one environment after the other.
 */
export const findPairing: Handler<GuardedParts> = async (parts, request) => {
  const { store, keyring } = parts;
  const { now, body } = request;
  const code = normalCode(body.code);
  const environments = await store.list('environments', ANY_ENVIRONMENT, {
    limit: TYPED_CODE_ENVIRONMENTS_MAX + 1,
  });
  if (environments.length > TYPED_CODE_ENVIRONMENTS_MAX) {
    throw invalidData('REQUIRED_VALUE', 'environment.id', {
      message: 'The server has too many environments: name one.',
    });
  }
  const forgive = guessesOf(parts, 'any', request).begin();
  for (const { id } of environments) {
    await keyring.load(id);
    if (!(await claimableKey(parts, id, code, now))) continue;
    forgive();
    return ok({ uri: await pairingUri(parts, id, code) });
  }
  throw invalidKey();
};
