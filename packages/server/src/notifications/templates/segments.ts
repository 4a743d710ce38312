/** How many SMS a text takes. */

// 3GPP TS 23.038 §6.2.1: the default alphabet, and what its extension table adds.
const BASIC = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
const EXTENDED = new Set('\f^{}\\[~]|€');

// 3GPP TS 23.040 §9.2.3.24.1: the parts of a long text lose the octets that number them.
const ROOM = {
  'GSM-7': { alone: 160, part: 153 },
  'UCS-2': { alone: 70, part: 67 },
} as const;

export interface SmsSize {
  encoding: keyof typeof ROOM;
  /** Septets of GSM-7 or 16-bit units of UCS-2. */
  units: number;
  segments: number;
}

/** What a network makes of a text: one foreign character, and all of it takes UCS-2. Pure. */
export function smsSize(text: string): SmsSize {
  const characters = [...text];
  const isGsm7 = characters.every((character) => BASIC.has(character) || EXTENDED.has(character));
  const encoding = isGsm7 ? 'GSM-7' : 'UCS-2';
  const sizes = characters.map((character) =>
    isGsm7 ? (BASIC.has(character) ? 1 : 2) : character.length,
  );
  const units = sizes.reduce((sum, size) => sum + size, 0);
  const { alone, part } = ROOM[encoding];
  if (units <= alone) return { encoding, units, segments: 1 };
  // Neither an escaped character nor a surrogate pair is cut in two.
  let segments = 1;
  let filled = 0;
  for (const size of sizes) {
    if (filled + size > part) {
      segments += 1;
      filled = 0;
    }
    filled += size;
  }
  return { encoding, units, segments };
}
