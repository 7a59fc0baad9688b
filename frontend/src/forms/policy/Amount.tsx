import { NumberInput } from "@mantine/core";

export type AmountOf = { name: string; label: string; description: string; unit: string; min?: number };

type AmountProps = AmountOf & {
  value: unknown;
  disabled: boolean;
  onSet: (value: number) => void;
};

/** A whole number, which is saved as its field is left. */
export function Amount({ label, description, unit, min = 1, value, disabled, onSet }: AmountProps) {
  if (typeof value !== "number") {
    return null;
  }
  return (
    <NumberInput
      label={label}
      description={description}
      suffix={unit}
      min={min}
      maw={420}
      size="sm"
      defaultValue={value}
      disabled={disabled}
      onBlur={(event) => {
        const next = Number.parseInt(event.currentTarget.value, 10);
        if (next >= min && next !== value) {
          onSet(next);
        }
      }}
    />
  );
}
