import { SegmentedControl, Select } from "@mantine/core";
import { useState } from "react";
import { Frame } from "./Frame";
import { type PartProps, useForm } from "./context";
import { problemsOf } from "./problems";
import { type Shape, emptyOf } from "./shapes";

const IN_A_ROW = 3;

/** One of several kinds: which one is chosen, then its own field. */
export function UnionPart({ shape, ...part }: PartProps & { shape: Shape & { kind: "union" } }) {
  const { root, draw } = useForm();
  const [chosen, setChosen] = useState<number | null>(null);
  const wrong = shape.branches.map(({ schema }) => problemsOf(schema, part.value, root).length);
  // What fits says which it is; while nothing does, it is what was chosen, or what fits best.
  const fitting = wrong[chosen ?? 0] === 0 ? (chosen ?? 0) : wrong.indexOf(0);
  const at = fitting >= 0 ? fitting : (chosen ?? wrong.indexOf(Math.min(...wrong)));
  const branch = shape.branches[at];
  const names = shape.branches.map(({ label }, number) => ({ value: String(number), label }));
  function choose(next: string | null) {
    const number = Number(next ?? 0);
    setChosen(number);
    part.onChange(emptyOf(shape.branches[number]?.schema, root));
  }
  const bar = (
    <div>
      {names.length <= IN_A_ROW ? (
        <SegmentedControl size="xs" aria-label={`Kind of ${part.label}`} data={names} value={String(at)} onChange={choose} />
      ) : (
        <Select size="xs" aria-label={`Kind of ${part.label}`} data={names} value={String(at)} onChange={choose} />
      )}
    </div>
  );
  return (
    <Frame {...part} bar={part.value === undefined ? undefined : bar}>
      {branch && draw({ ...part, schema: branch.schema, isRequired: true })}
    </Frame>
  );
}
