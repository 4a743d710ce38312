/** One set of icons, drawn as lines in the colour of the text; a word always stands beside them. */
const PATHS = {
  DONE: 'M5 12.5l4.5 4.5L19 7.5',
  REFUSED: 'M7 7l10 10M17 7L7 17',
  WARNING: 'M12 4L2.8 20h18.4L12 4zm0 6v5m0 2.6v.2',
  PLAIN: 'M12 11v6m0-10v.2M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0z',
  PHONE:
    'M8 2.5h8a2 2 0 0 1 2 2v15a2 2 0 0 1-2 2H8a2 2 0 0 1-2-2v-15a2 2 0 0 1 2-2zm1.5 9.5l2 2 3.5-4',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg
      className="icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={size > 30 ? 1.2 : 2}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
