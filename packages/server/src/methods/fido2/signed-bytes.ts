/**
 * Binary values as PingOne's clients expect them inside the option texts: arrays of signed bytes,
 * from -128 to 127; contract §2.7.4, §4.9.
 */
export function toSignedBytes(base64url: string): number[] {
  return [...new Int8Array(Buffer.from(base64url, 'base64url'))];
}
