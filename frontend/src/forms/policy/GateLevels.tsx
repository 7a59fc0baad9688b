import { Select } from "@mantine/core";
import { Table } from "../../ui/Table";
import { sentence } from "../../ui/format";

// RELAXABLE in tenants/rules/gates.py; every other gate always blocks.
const RELAXABLE: Record<string, string> = {
  wording: "a model can understand the description",
  determinism: "the same call gives the same answer",
  least_privilege: "it asks for no more than it uses",
  readability: "a person can read the code",
  idempotency: "a repeated call adds no effect",
  robustness: "odd arguments and failing services are met",
  consistency: "what holds in the examples holds at their edges (it asks the approver)",
  budgets: "it stays well within its limits",
  coverage: "some case shows each line, answer and error",
  strength: "the examples would catch a mistake",
};

const LEVELS = [
  { value: "block", label: "Reject the version" },
  { value: "warn", label: "Warn the approver" },
  { value: "off", label: "Do not run it" },
];

type Levels = Record<string, string>;
type GateLevelsProps = { levels: unknown; disabled: boolean; onSet: (levels: Levels) => void };

/** How strict the gates are that a tenant may relax. */
export function GateLevels({ levels, disabled, onSet }: GateLevelsProps) {
  if (typeof levels !== "object" || levels === null) {
    return null;
  }
  const set = levels as Levels;
  return (
    <Table label="Gates that may be relaxed" columns={["Gate", "When it finds an error"]}>
      {Object.entries(RELAXABLE).map(([gate, what]) => (
        <tr key={gate}>
          <td>
            {sentence(gate)}: {what}
          </td>
          <td>
            <Select
              aria-label={`Level of ${gate}`}
              size="xs"
              w={180}
              data={LEVELS}
              value={set[gate] ?? "block"}
              disabled={disabled}
              onChange={(level) => level && onSet({ ...set, [gate]: level })}
            />
          </td>
        </tr>
      ))}
    </Table>
  );
}
