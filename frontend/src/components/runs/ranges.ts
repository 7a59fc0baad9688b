/** How far back a list looks, as people choose it. */
export const RANGES = [
  { value: "", label: "At any time" },
  { value: "1h", label: "In the last hour" },
  { value: "24h", label: "In the last day" },
  { value: "7d", label: "In the last 7 days" },
  { value: "30d", label: "In the last 30 days" },
];
