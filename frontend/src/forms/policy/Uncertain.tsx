import { NativeSelect } from "@mantine/core";

// REPEATABLE in tenants/rules/repeats.py; every other effect is told of, and never repeated.
const REPEATABLE: Record<string, string> = {
  email: "A letter that nobody knows to have left",
  http: "A request that nobody knows to have arrived",
};
const CHOICES = [
  { value: "report", label: "is told of, and a person settles it" },
  { value: "retry", label: "is sent again: twice rather than never" },
];

type Chosen = Record<string, string>;
type UncertainProps = { chosen: unknown; disabled: boolean; onSet: (chosen: Chosen) => void };

/** What becomes of a call of which nobody knows the end. */
export function Uncertain({ chosen, disabled, onSet }: UncertainProps) {
  if (typeof chosen !== "object" || chosen === null) {
    return null;
  }
  const set = chosen as Chosen;
  return Object.entries(REPEATABLE).map(([capability, what]) => (
    <NativeSelect
      key={capability}
      label={what}
      data={CHOICES}
      size="sm"
      maw={420}
      value={set[capability] ?? "report"}
      disabled={disabled}
      onChange={(event) => onSet({ ...set, [capability]: event.currentTarget.value })}
    />
  ));
}
