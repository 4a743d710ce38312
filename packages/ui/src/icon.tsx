/** One set of icons, drawn as lines in the colour of the text; a word always stands beside them. */
const PATHS = {
  passkey:
    'M9.500 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM2.500 20c0-3.500 3-6 7-6 1 0 2 .2 2.800 .5M17.500 21v-5.500m0 3h2.500m-2.500-3a2.800 2.800 0 1 0 0-5.500 2.800 2.800 0 0 0 0 5.500z',
  phone:
    'M8 2.500h8a2 2 0 0 1 2 2v15a2 2 0 0 1-2 2H8a2 2 0 0 1-2-2v-15a2 2 0 0 1 2-2zm1.500 9.500l2 2 3.500-4',
  code: 'M4.500 6h15A1.500 1.500 0 0 1 21 7.500v9a1.500 1.500 0 0 1-1.500 1.500h-15A1.500 1.500 0 0 1 3 16.500v-9A1.500 1.500 0 0 1 4.500 6zM7.500 12h.01M12 12h.01M16.500 12h.01',
  message: 'M5 4h14a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2h-7l-4.500 4v-4H5a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2z',
  call: 'M6 3h3l2 5-2.500 2a12 12 0 0 0 5.500 5.500l2-2.500 5 2v3a2 2 0 0 1-2.200 2A17 17 0 0 1 4 5.200 2 2 0 0 1 6 3z',
  mail: 'M4.500 5h15A1.500 1.500 0 0 1 21 6.500v11a1.500 1.500 0 0 1-1.500 1.500h-15A1.500 1.500 0 0 1 3 17.500v-11A1.500 1.500 0 0 1 4.500 5zM3.500 7l8.500 6 8.500-6',
  warning: 'M12 4L2.800 20h18.400L12 4zm0 6v5m0 2.600v.2',
  done: 'M5 12.500l4.500 4.500L19 7.500',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 24 }: { name: IconName; size?: number }) {
  return (
    <svg
      className="icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={size > 30 ? 1.2 : 1.75}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
