const PATHS = {
  home: "M2.5 7.5 8 3l5.5 4.5M4 6.5V13h3V9.5h2V13h3V6.5",
  tools:
    "M9.5 2.5a3.5 3.5 0 0 0-4.6 4.3L2 9.7V14h4.3l2.9-2.9a3.5 3.5 0 0 0 4.3-4.6L11.3 8.7 8.7 7.3 7.3 4.7z",
  runs: "M4.5 3v10l8-5z",
  connect: "M6 2v3M10 2v3M4 5h8v2.5a4 4 0 0 1-8 0zM8 11.5V14",
  questions: "M2.5 3h11v8H8l-3 2.5V11H2.5zM8 8.3v.2M6.5 5.7a1.5 1.5 0 1 1 2 1.4c-.4.2-.5.4-.5.7",
  settings: "M3 4.5h5M11 4.5h2M3 11.5h2M8 11.5h5M9.5 3v3M6.5 10v3",
  check: "M3 8.5 6.5 12 13 4.5",
  cross: "M4 4l8 8M12 4l-8 8",
  warn: "M8 2.5 14 13H2zM8 6.5v3M8 11.3v.2",
  copy: "M5.5 5.5h7v8h-7zM10.5 5.5v-3h-7v8h2",
  plus: "M8 3v10M3 8h10",
  search: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.7 10.7 14 14",
  sun: "M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM8 1.5v1M8 13.5v1M1.5 8h1M13.5 8h1M3.4 3.4l.7.7M11.9 11.9l.7.7M12.6 3.4l-.7.7M4.1 11.9l-.7.7",
  moon: "M13.5 9.5A6 6 0 0 1 6.5 2.5a6 6 0 1 0 7 7z",
  chevron: "M4.5 6.5 8 10l3.5-3.5",
  back: "M9.5 3.5 5 8l4.5 4.5",
  out: "M6 2.5H3v11h3M7 8h6.5M11 5.5 13.5 8 11 10.5",
  book: "M8 4.5C6.5 3 4.5 3 2.5 3v9.5c2 0 4 0 5.5 1.5 1.5-1.5 3.5-1.5 5.5-1.5V3c-2 0-4 0-5.5 1.5zM8 4.5V14",
  menu: "M2.5 4.5h11M2.5 8h11M2.5 11.5h11",
  lock: "M4 7.5h8V13H4zM5.5 7.5v-2a2.5 2.5 0 0 1 5 0v2",
  clock: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 4.5V8l2.5 1.5",
  stop: "M4.5 4.5h7v7h-7z",
} as const;

export type IconName = keyof typeof PATHS;

/** Decoration only: the control or text beside it carries the name. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      style={{ flex: "none" }}
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
