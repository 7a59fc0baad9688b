import { Text } from "@mantine/core";
import { Prose } from "../../ui/Prose";
import { FieldsPart } from "./FieldsPart";
import { JsonField } from "./JsonField";
import { ListPart } from "./ListPart";
import { PlainField } from "./PlainField";
import { UnionPart } from "./UnionPart";
import { type Form, FormContext, type PartProps, problemAt, problemWithin, useForm } from "./context";
import type { Problem } from "./problems";
import { type Shape, describedBy, shapeOf } from "./shapes";

type SchemaFormProps = {
  schema: unknown;
  value: unknown;
  problems: Problem[];
  onChange: (next: unknown) => void;
  onBroken: (path: string, isBroken: boolean) => void;
  /** Said where the schema names nothing. */
  empty: string;
  /** Draws a part in a way of its own; null for the others. */
  special?: Form["special"];
  /** The schema is of a part of the value: what it does not name is not shown. */
  onlyNamed?: boolean;
};

/** A form for any value that a JSON Schema describes, down to its last part. */
export function SchemaForm({ schema, value, problems, onChange, onBroken, empty, special, onlyNamed }: SchemaFormProps) {
  const shape = shapeOf(schema, schema);
  if (shape.kind === "fields" && shape.properties.length === 0 && shape.others === undefined) {
    return <Text size="sm">{empty}</Text>;
  }
  const form: Form = { root: schema, problems, onBroken, draw, special, onlyNamed };
  return (
    <FormContext value={form}>
      <Part label="" path="" schema={schema} value={value} isRequired onChange={onChange} />
    </FormContext>
  );
}

const DEEP_MAX = 12;
const draw = (part: PartProps) => <Part {...part} />;

function Part(part: PartProps) {
  const form = useForm();
  const { label, path, value, isRequired, onChange } = part;
  const own = form.special?.(part);
  if (own) {
    return own;
  }
  const shape = shapeOf(part.schema, form.root);
  const said = describedBy(part.schema, form.root);
  if (shape.kind === "null") {
    return <Text size="sm">Nothing</Text>;
  }
  if (shape.kind !== "json" && isMade(shape, value) && path.split("/").length <= DEEP_MAX) {
    switch (shape.kind) {
      case "fields":
        return <FieldsPart {...part} shape={shape} />;
      case "list":
        return <ListPart {...part} shape={shape} />;
      case "union":
        return <UnionPart {...part} shape={shape} />;
      default:
        return (
          <PlainField
            shape={shape}
            label={label}
            description={said && <Prose text={said} />}
            isRequired={isRequired}
            error={problemAt(form, path)}
            value={value}
            onChange={onChange}
          />
        );
    }
  }
  return (
    <JsonField
      label={label}
      description={said && <Prose text={said} />}
      withAsterisk={isRequired}
      error={problemWithin(form, path)}
      value={value}
      onChange={onChange}
      onBroken={(isBroken) => form.onBroken(path, isBroken)}
    />
  );
}

const TEXTS = new Set<Shape["kind"]>(["text", "date", "moment", "time", "bytes"]);

/** Whether a field of the shape can show the value; one that it cannot is shown as it is, in JSON. */
function isMade(shape: Shape, value: unknown): boolean {
  if (value === undefined || value === null || shape.kind === "union") {
    return true;
  }
  if (shape.kind === "fields") {
    return typeof value === "object" && !Array.isArray(value);
  }
  if (shape.kind === "list") {
    return Array.isArray(value);
  }
  return shape.kind === "choice" || typeof value === (TEXTS.has(shape.kind) ? "string" : shape.kind === "flag" ? "boolean" : "number");
}
