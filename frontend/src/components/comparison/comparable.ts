import { isFields } from "../../api/fields.ts";
import type { EntryOut, RunDetail } from "../../api/generated/types.gen";

/** JSON whose names are in one order, so that only what differs differs. */
export const ordered = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(ordered)
    : isFields(value)
      ? Object.fromEntries(
          Object.keys(value)
            .toSorted()
            .map((name) => [name, ordered(value[name])]),
        )
      : value;

const text = (value: unknown) => JSON.stringify(ordered(value), null, 2) ?? "null";

// Clocks and chance differ from run to run, and say nothing of what the tool did.
const OF_THE_MOMENT = new Set(["clock", "random", "monotonic", "entropy"]);

/** What was asked of the world and what it said, without when and how long. */
export const journalText = (entries: EntryOut[]) =>
  text(
    entries
      .filter(({ capability }) => !OF_THE_MOMENT.has(capability))
      .map(({ capability, operation, item, request, state, value, fault }) => ({
        call: `${capability} ${operation}`,
        item: item ?? undefined, // an undefined one is left out of the text
        request,
        value: state === "done" ? value : undefined,
        state: state === "done" ? undefined : state,
        fault: fault?.code,
      })),
  );

/** What came of a run: its result, or its error without the lines of its source. */
export const outcomeText = ({ outcome, result, error }: RunDetail) =>
  outcome === "returned" ? text(result) : text({ outcome, code: error?.code, message: error?.message });

export const argumentsText = (run: RunDetail) => text(run.arguments);
