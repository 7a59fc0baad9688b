/** Text that people and models wrote with `code` in it, and no other markup. */
export function Prose({ text }: { text: string }) {
  // The parts of a fixed text: their place is their name.
  // oxlint-disable-next-line react/no-array-index-key
  return text.split(/`([^`\n]+)`/).map((part, at) => (at % 2 === 1 ? <code key={at}>{part}</code> : part));
}
