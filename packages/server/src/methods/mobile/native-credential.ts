import type { NativeCredential } from '../../model/mobile.ts';
import type { MethodDevice } from '../authentication-method.ts';

/** The credential of a device that this method has paired: nobody else writes one. */
export function nativeCredential({ credential }: Pick<MethodDevice, 'credential'>) {
  return credential as unknown as NativeCredential;
}
