import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NO_AUTHENTICATORS } from '../../fido-metadata/environment-authenticators.ts';
import {
  type Authenticator,
  type Fido2PolicySettings,
  withRelyingParty,
} from '../../model/fido2.ts';
import { defaultFido2Policy } from '../../resources/policies/fido2-policies/default-fido2-policy.ts';
import {
  assertionComplaint,
  metadataComplaint,
  type Registered,
  registrationComplaint,
} from './authenticator-rules.ts';

const policy = (more: Partial<Fido2PolicySettings> = {}): Fido2PolicySettings => ({
  ...withRelyingParty(defaultFido2Policy(0), 'login.shop.example').settings,
  ...more,
});
const registered = (more: Partial<Registered> = {}): Registered => ({
  attestationType: 'none',
  isTrusted: false,
  isBackupEligible: true,
  isResidentKey: true,
  attachment: 'platform',
  ...more,
});
const authenticator = (more: Partial<Authenticator> = {}): Authenticator => ({
  id: 'model-1',
  name: 'Key One',
  isCertified: true,
  isRevoked: false,
  source: 'MDS',
  ...more,
});
const requirements = (
  option: Fido2PolicySettings['mdsAuthenticatorsRequirements']['option'],
  ids: string[] = [],
) => ({
  mdsAuthenticatorsRequirements: {
    option,
    allowedAuthenticators: ids.map((id) => ({ id })),
    enforceDuringAuthentication: true,
  },
});

describe('the rules of a FIDO2 policy', () => {
  test('take any passkey by default', () => {
    assert.equal(registrationComplaint(policy(), registered()), undefined);
  });

  test('require an attestation, when it is wanted', () => {
    for (const attestationRequirements of ['DIRECT', 'ENTERPRISE'] as const) {
      const wanted = policy({ attestationRequirements });
      assert.match(registrationComplaint(wanted, registered()) ?? '', /attestation/);
      const attested = registered({ attestationType: 'packed' });
      assert.equal(registrationComplaint(wanted, attested), undefined);
    }
  });

  test('tell a platform authenticator from one that is plugged in', () => {
    const platform = policy({ authenticatorAttachment: 'PLATFORM' });
    const roaming = policy({ authenticatorAttachment: 'CROSS_PLATFORM' });
    const key = registered({ attachment: 'cross-platform' });
    assert.equal(registrationComplaint(platform, registered()), undefined);
    assert.match(registrationComplaint(platform, key) ?? '', /platform/);
    assert.equal(registrationComplaint(roaming, key), undefined);
    assert.match(registrationComplaint(roaming, registered()) ?? '', /cross-platform/);
  });

  test('require a discoverable credential', () => {
    const key = registered({ isResidentKey: false });
    assert.match(registrationComplaint(policy(), key) ?? '', /discoverable/);
    const preferred = policy({ discoverableCredentials: 'PREFERRED' });
    assert.equal(registrationComplaint(preferred, key), undefined);
  });

  test('refuse what can be backed up, at pairing and where enforced later', () => {
    const backupEligibility = { allow: false, enforceDuringAuthentication: true };
    const strict = policy({ backupEligibility });
    assert.match(registrationComplaint(strict, registered()) ?? '', /backed up/);
    const use = { isUserVerified: true, isBackupEligible: true };
    assert.match(assertionComplaint(strict, use, NO_AUTHENTICATORS) ?? '', /backed up/);
    const lenient = policy({
      backupEligibility: { ...backupEligibility, enforceDuringAuthentication: false },
    });
    assert.equal(assertionComplaint(lenient, use, NO_AUTHENTICATORS), undefined);
  });

  test('require user verification where it is enforced', () => {
    const use = { isUserVerified: false, isBackupEligible: false };
    assert.match(assertionComplaint(policy(), use, NO_AUTHENTICATORS) ?? '', /verifies the user/);
    for (const option of ['PREFERRED', 'DISCOURAGED'] as const) {
      const asked = policy({ userVerification: { option, enforceDuringAuthentication: true } });
      assert.equal(assertionComplaint(asked, use, NO_AUTHENTICATORS), undefined);
    }
  });

  test('require a model of the metadata, whose maker the attestation leads to', () => {
    for (const option of ['GLOBAL', 'CERTIFIED', 'SPECIFIC'] as const) {
      const wanted = policy(requirements(option, ['model-1']));
      assert.match(metadataComplaint(wanted, { isTrusted: true }) ?? '', /known model/);
      const untrusted = { isTrusted: false, authenticator: authenticator() };
      assert.match(metadataComplaint(wanted, untrusted) ?? '', /maker/);
      const revoked = { isTrusted: true, authenticator: authenticator({ isRevoked: true }) };
      assert.match(metadataComplaint(wanted, revoked) ?? '', /revoked/);
      const good = { isTrusted: true, authenticator: authenticator() };
      assert.equal(metadataComplaint(wanted, good), undefined);
    }
    const uncertified = { isTrusted: true, authenticator: authenticator({ isCertified: false }) };
    assert.match(
      metadataComplaint(policy(requirements('CERTIFIED')), uncertified) ?? '',
      /certified/,
    );
    const other = { isTrusted: true, authenticator: authenticator({ id: 'model-2' }) };
    const specific = policy(requirements('SPECIFIC', ['model-1']));
    assert.match(metadataComplaint(specific, other) ?? '', /does not allow this model/);
  });

  test('refuse only revoked models where the policy says AUDIT_ONLY or NONE', () => {
    for (const option of ['AUDIT_ONLY', 'NONE'] as const) {
      const wanted = policy(requirements(option));
      const revoked = { isTrusted: false, authenticator: authenticator({ isRevoked: true }) };
      assert.match(metadataComplaint(wanted, revoked) ?? '', /revoked/);
      const uncertified = {
        isTrusted: false,
        authenticator: authenticator({ isCertified: false }),
      };
      assert.equal(metadataComplaint(wanted, uncertified), undefined);
      assert.equal(metadataComplaint(wanted, { isTrusted: false }), undefined);
    }
  });

  test('refuse a device whose model was revoked after it was paired, where enforced', () => {
    const use = { isUserVerified: true, isBackupEligible: false, authenticatorId: 'model-1' };
    const revoked = { ...NO_AUTHENTICATORS, byId: () => authenticator({ isRevoked: true }) };
    const wanted = policy(requirements('GLOBAL'));
    assert.match(assertionComplaint(wanted, use, revoked) ?? '', /revoked/);
    assert.match(assertionComplaint(wanted, use, NO_AUTHENTICATORS) ?? '', /known model/);
  });
});
