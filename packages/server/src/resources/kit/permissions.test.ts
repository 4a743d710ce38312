import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Permission, permissionsOf, ROLES, roleAllows } from './permissions.ts';

const COLUMNS = [
  'Organization Admin',
  'Environment Admin',
  'Identity Data Admin',
  'Identity Data Read Only',
  'Client Application Developer',
  'Application Owner',
  'Configuration Read Only',
  'Help Desk Admin',
];

/** The platform's roles as our notes of its pages have them: who may (`x`) and who may not. */
const EXPECTED: Partial<Record<Permission, string>> = {
  'read:environment': 'xxxxxxxx',
  'update:environment': 'xx------',
  'create:environment': 'x-------',
  'read:license': 'xxxxxxxx',
  'read:organization': 'xxxxxxxx',
  'read:population': '-xxx--x-',
  'create:population': '-x------',
  'read:user': '-xxx---x',
  'update:user': '--x-----',
  'read:userMfa': '-xxx---x',
  'update:userMfa': '--x----x',
  'read:device': '-xxx---x',
  'create:device': '--x-----',
  'delete:device': '--x----x',
  'update:deviceLock': '--x----x',
  'create:deviceAuthentication': '-xx-----',
  'read:deviceAuthentication': '-xxx----',
  'create:authenticationCode': '-xx-----',
  'read:mfaSettings': '-xx-x-x-',
  'update:mfaSettings': '-x------',
  'read:policy': '-xx-x-x-',
  'update:policy': '-x------',
  'read:oathToken': '-xxx--xx',
  'create:oathToken': '-xx-----',
  'read:application': '-x--xxx-',
  'update:application': '-x--xx--',
  'read:pushCredential': '-x--xxx-',
  'update:notification': '-x------',
  'read:notification': 'xx----x-',
  'read:activity': 'xxx---x-',
  'update:subscription': '-x------',
  'read:subscription': '-x----x-',
  'read:report': 'xxxx--x-',
};

describe('the built-in roles', () => {
  test('allow what the platform says', () => {
    for (const [permission, expected] of Object.entries(EXPECTED)) {
      const found = COLUMNS.map((name) => {
        const role = ROLES.find((one) => one.name === name);
        assert.ok(role, name);
        return roleAllows(role, permission as Permission) ? 'x' : '-';
      });
      assert.equal(found.join(''), expected, permission);
    }
  });

  test('have the names that clients look up, each with an id of its own', () => {
    for (const name of [...COLUMNS, 'Custom Roles Admin', 'DaVinci Admin Read Only']) {
      assert.ok(
        ROLES.some((role) => role.name === name),
        name,
      );
    }
    assert.equal(new Set(ROLES.map(({ id }) => id)).size, ROLES.length);
  });

  test('of products that are not here allow to read where one is, and no more', () => {
    const role = ROLES.find(({ name }) => name === 'DaVinci Admin');
    assert.deepEqual(role && permissionsOf(role), [
      'read:organization',
      'read:license',
      'read:environment',
    ]);
  });
});
