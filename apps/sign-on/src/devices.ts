/** Devices as people know them. Pure. */
import type { IconName } from '../../../packages/ui/src/icon.tsx';
import type { WordKey } from '../../../packages/ui/src/say.ts';
import type { Device, Interaction } from './interaction.ts';

interface Kind {
  icon: IconName;
  word: WordKey;
  /** Something is sent when it is chosen, so it can be sent again. */
  sends?: true;
}

const OTHER: Kind = { icon: 'code', word: 'kindOther' };
const KINDS: Readonly<Record<string, Kind>> = {
  FIDO2: { icon: 'passkey', word: 'kindPasskey' },
  MOBILE: { icon: 'phone', word: 'kindPhone' },
  TOTP: { icon: 'code', word: 'kindApp' },
  OATH_TOKEN: { icon: 'code', word: 'kindToken' },
  SMS: { icon: 'message', word: 'kindSms', sends: true },
  WHATSAPP: { icon: 'message', word: 'kindWhatsapp', sends: true },
  VOICE: { icon: 'call', word: 'kindVoice', sends: true },
  EMAIL: { icon: 'mail', word: 'kindEmail', sends: true },
};

export const kindOf = ({ type }: Device): Kind => KINDS[type] ?? OTHER;

/** The name that tells it apart from others of its kind. */
export function nameOf({ nickname, phone, email, model, displayName }: Device): string | undefined {
  return nickname ?? phone ?? email ?? model?.marketingName ?? model?.name ?? displayName;
}

export const selectedOf = ({ devices = [], selectedDevice }: Interaction): Device | undefined =>
  devices.find(({ id }) => id === selectedDevice?.id);
