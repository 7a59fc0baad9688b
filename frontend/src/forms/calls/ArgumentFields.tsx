import { Checkbox, JsonInput, NumberInput, Select, Stack, Text, TextInput } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { Prose } from "../../ui/Prose";
import { type Property, propertiesOf } from "./schemaFields";
import type { Problem } from "./schemaProblems";

type Arguments = Record<string, unknown>;
type FieldsProps = {
  schema: unknown;
  value: Arguments;
  problems: Problem[];
  onChange: (next: Arguments) => void;
  /** Told the field whose text is not JSON, or null when all are. */
  onBroken: (name: string | null) => void;
};

/** One field for each property of the tool's input schema. The server validates; here values only get their type. */
export function ArgumentFields({ schema, value, problems, onChange, onBroken }: FieldsProps) {
  const properties = propertiesOf(schema);
  const set = (name: string, next: unknown) => {
    const { [name]: _, ...others } = value;
    onChange(next === undefined ? others : { ...value, [name]: next });
  };
  if (properties.length === 0) {
    return <Text size="sm">This tool takes no arguments.</Text>;
  }
  return (
    <Stack gap="sm">
      {properties.map((property) => (
        <Field
          key={property.name}
          property={property}
          value={value[property.name]}
          problem={problemOf(problems, property.name)}
          onChange={(next) => set(property.name, next)}
          onBroken={(isBroken) => onBroken(isBroken ? property.name : null)}
        />
      ))}
    </Stack>
  );
}

/** The first problem of a field, and where in it, when it is not the field itself. */
function problemOf(problems: Problem[], name: string): string | undefined {
  const found = problems.find(({ path }) => path === `/${name}` || path.startsWith(`/${name}/`));
  const inside = found?.path.slice(name.length + 2);
  return found && (inside ? `${inside}: ${found.message}` : found.message);
}

type FieldProps = {
  property: Property;
  value: unknown;
  problem: string | undefined;
  onChange: (next: unknown) => void;
  onBroken: (isBroken: boolean) => void;
};

function Field({ property, value, problem, onChange, onBroken }: FieldProps) {
  const description = property.description && <Prose text={property.description} />;
  const common = { label: property.name, description, withAsterisk: property.isRequired, error: problem };
  switch (property.kind) {
    case "text":
      return (
        <TextInput
          {...common}
          value={typeof value === "string" ? value : ""}
          onChange={(event) => onChange(event.currentTarget.value || (property.isRequired ? "" : undefined))}
        />
      );
    case "number":
      return (
        <NumberInput
          {...common}
          size="sm"
          value={typeof value === "number" ? value : ""}
          onChange={(next) => onChange(typeof next === "number" ? next : undefined)}
        />
      );
    case "flag":
      return (
        <Checkbox
          size="sm"
          label={property.name}
          description={description}
          error={problem}
          checked={value === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      );
    case "choice":
      return (
        <Select
          {...common}
          data={property.choices}
          clearable={!property.isRequired}
          value={typeof value === "string" ? value : null}
          onChange={(next) => onChange(next ?? undefined)}
        />
      );
    case "json":
      return <JsonField {...common} value={value} onChange={onChange} onBroken={onBroken} />;
  }
}

type JsonFieldProps = Omit<FieldProps, "property" | "problem"> & {
  error: string | undefined;
  label: string;
  description: ReactNode;
  withAsterisk: boolean;
};

function JsonField({ value, error, onChange, onBroken, ...field }: JsonFieldProps) {
  // The text is the field's own while it is being typed: half a list is not JSON yet.
  const [text, setText] = useState(() => (value === undefined ? "" : JSON.stringify(value, null, 2)));
  const [isBroken, setBroken] = useState(false);
  function change(next: string) {
    setText(next);
    try {
      onChange(next.trim() === "" ? undefined : JSON.parse(next));
      setBroken(false);
      onBroken(false);
    } catch {
      setBroken(true);
      onBroken(true);
    }
  }
  return (
    <JsonInput
      {...field}
      size="sm"
      autosize
      minRows={2}
      maxRows={14}
      styles={{ input: { fontFamily: "var(--font-code)", fontSize: 12.5 } }}
      value={text}
      error={isBroken ? "This is not JSON yet." : error}
      onChange={change}
    />
  );
}
