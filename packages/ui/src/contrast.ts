/** The contrast of colours (WCAG 2.2), and accents of others that can be read. Pure. */

/** What accents stand on, in light and dark; tokens.test.ts holds them to tokens.css. */
export const SURFACES = {
  light: ['#f3f5f8', '#ffffff'],
  dark: ['#10161d', '#1a222c'],
} as const;

/** Of text; WCAG 2.2, 1.4.3. */
export const READABLE = 4.5;

type Rgb = readonly [number, number, number];

const HEX = /^#([0-9a-f]{6})$/i;

function parse(colour: string): Rgb {
  const number = Number.parseInt(HEX.exec(colour)?.[1] ?? '', 16);
  if (Number.isNaN(number)) throw new TypeError(`Not a colour like #0b5cad: ${colour}`);
  return [number >> 16, (number >> 8) & 255, number & 255];
}

const format = (rgb: Rgb) =>
  `#${rgb.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`;

/** WCAG 2.2, relative luminance. */
function luminance(colour: string): number {
  const [red, green, blue] = parse(colour).map((part) => {
    const value = part / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as unknown as Rgb;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** From 1 to 21. Throws `TypeError` where one isn't a colour of six hex digits. */
export function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

const isReadable = (colour: string, on: readonly string[]) =>
  on.every((surface) => contrast(colour, surface) >= READABLE);

/** The colour, or the nearest towards this end that can be read on the surfaces. */
function towards(colour: string, end: '#000000' | '#ffffff', on: readonly string[]): string {
  const [from, to] = [parse(colour), parse(end)];
  for (let part = 0; part < 1; part += 0.02) {
    const mixed = format(from.map((value, at) => value + ((to[at] ?? 0) - value) * part) as never);
    if (isReadable(mixed, on)) return mixed;
  }
  return end;
}

const textOn = (colour: string) =>
  contrast(colour, '#ffffff') >= READABLE ? '#ffffff' : '#08131f';

/** A brand's colour as `--accent` and `--on-accent`: darker by day, lighter by night where it must be. */
export function accentTokens(colour: string) {
  const light = towards(colour, '#000000', SURFACES.light);
  const dark = towards(colour, '#ffffff', SURFACES.dark);
  return {
    '--accent': `light-dark(${light}, ${dark})`,
    '--on-accent': `light-dark(${textOn(light)}, ${textOn(dark)})`,
  };
}
