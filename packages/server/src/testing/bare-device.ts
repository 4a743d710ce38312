/**
 * A device on a platform that has only what React Native with a Web Crypto polyfill has: run by a test
 * as a process of its own, since it takes the rest away from everybody.
 */
const missing: [object, string][] = [
  [AbortSignal, 'any'],
  [AbortSignal, 'timeout'],
  [AbortSignal.prototype, 'throwIfAborted'],
  [URL, 'parse'],
  [URL, 'canParse'],
  [crypto, 'randomUUID'],
  ...['navigator', 'CryptoKey', 'structuredClone', 'BroadcastChannel', 'URLSearchParams'].map(
    (name): [object, string] => [globalThis, name],
  ),
];
for (const [owner, name] of missing) {
  Object.defineProperty(owner, name, { value: undefined, configurable: true, writable: true });
}

const { Device, memoryStorage } = await import('../../../device/src/index.ts');
const [uri = '', id = ''] = process.argv.slice(2);
const storage = { ...memoryStorage(), keepsKeys: false };
const device = new Device({ storage, application: { id } });
const account = await device.pair(uri);
await account.passcode();
const listening = device.onRequest(async (request) => {
  const status = await request.approve({ amr: 'fpt' });
  process.stdout.write(`${status}\n`);
  await account.rotateKey();
  process.stdout.write('rotated\n');
  listening.close();
});
await listening.ready;
process.stdout.write('listening\n');
