const LANGUAGE = "en";
const whole = new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat(LANGUAGE, { notation: "compact", maximumFractionDigits: 1 });
const relative = new Intl.RelativeTimeFormat(LANGUAGE, { numeric: "auto", style: "short" });
const moment = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: "medium", timeStyle: "medium" });

const money = new Intl.NumberFormat(LANGUAGE, {
  style: "currency",
  currency: "USD",
  maximumFractionDigits: 2,
});

export const dollars = (value: number) => (value > 0 && value < 0.01 ? "under $0.01" : money.format(value));
export const count = (value: number) => whole.format(value);
export const fuel = (value: number) => compact.format(value);

export function bytes(value: number): string {
  const units = ["B", "KB", "MB", "GB"];
  const power = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(value) / 10));
  const amount = value / 1024 ** power;
  return `${amount < 10 && power > 0 ? amount.toFixed(1) : whole.format(amount)} ${units[power]}`;
}

export function milliseconds(value: number): string {
  if (value < 1_000) {
    return `${value < 10 ? value.toFixed(1) : whole.format(value)} ms`;
  }
  return value < 60_000 ? `${(value / 1_000).toFixed(1)} s` : `${(value / 60_000).toFixed(1)} min`;
}

/** A length of time in the largest two units that it has. */
export function duration(seconds: number): string {
  const units: [number, string][] = [
    [86_400, "d"],
    [3_600, "h"],
    [60, "min"],
    [1, "s"],
  ];
  const first = units.findIndex(([size]) => seconds >= size);
  let left = Math.round(seconds);
  const said = units.slice(first, first + 2).map(([size, name]) => {
    const amount = Math.floor(left / size);
    left -= amount * size;
    return amount > 0 ? `${whole.format(amount)} ${name}` : "";
  });
  return first === -1 ? "0 s" : said.filter(Boolean).join(" ");
}

export function ago(iso: string, now = Date.now()): string {
  const seconds = (new Date(iso).getTime() - now) / 1_000;
  const steps: [number, number, Intl.RelativeTimeFormatUnit][] = [
    [60, 1, "second"],
    [3_600, 60, "minute"],
    [86_400, 3_600, "hour"],
    [Number.POSITIVE_INFINITY, 86_400, "day"],
  ];
  const [, size, unit] = steps.find(([limit]) => Math.abs(seconds) < limit) ?? [0, 86_400, "day" as const];
  return relative.format(Math.round(seconds / size), unit);
}

export const when = (iso: string) => moment.format(new Date(iso));

/** `awaiting_approval` as a person says it. */
export const words = (name: string) => name.replaceAll("_", " ");

/** `awaiting_approval` at the start of a line. */
export function sentence(name: string): string {
  const said = words(name);
  return said.charAt(0).toUpperCase() + said.slice(1);
}
