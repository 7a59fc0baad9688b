import { Button, Checkbox, Select, TextInput } from "@mantine/core";
import { isFields } from "../../api/fields";
import { Frame } from "../schema/Frame";
import { JsonField } from "../schema/JsonField";
import { type PartProps, problemWithin, useForm } from "../schema/context";
import { pointer } from "../schema/problems";
import styles from "./SpecParts.module.css";

const KINDS = [
  { value: "string", label: "text" },
  { value: "integer", label: "whole number" },
  { value: "number", label: "number" },
  { value: "boolean", label: "yes or no" },
  { value: "array", label: "list" },
  { value: "object", label: "object" },
  { value: "other", label: "something else" },
];

const WORDS = new Set(["type", "description"]);
const withoutWords = (schema: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(schema).filter(([key]) => !WORDS.has(key)));

/** A schema as the list of its fields: what each is called, what it is, whether it must be there, and its bounds. */
export function Outline(part: PartProps) {
  const schema = isFields(part.value) ? part.value : {};
  const properties = isFields(schema.properties) ? schema.properties : {};
  const required: string[] = Array.isArray(schema.required) ? (schema.required as string[]) : [];
  const entries = Object.entries(properties);
  const save = (fields: [string, unknown][], needed: string[]) =>
    part.onChange({ ...schema, type: "object", properties: Object.fromEntries(fields), required: needed });
  function rename(from: string, to: string) {
    if (to !== "" && !Object.hasOwn(properties, to)) {
      save(
        entries.map(([name, one]) => [name === from ? to : name, one]),
        required.map((name) => (name === from ? to : name)),
      );
    }
  }
  return (
    <Frame {...part}>
      <div className={styles.rows}>
        {entries.map(([name, property], at) => (
          <Field
            // A field that is being renamed stays the one that is written in.
            // oxlint-disable-next-line react/no-array-index-key
            key={at}
            path={pointer(`${part.path}/properties`, name)}
            name={name}
            property={property}
            isNeeded={required.includes(name)}
            onRename={(to) => rename(name, to)}
            onChange={(next) => save(entries.with(at, [name, next]), required)}
            onNeeded={(isNeeded) =>
              save(entries, isNeeded ? [...required, name] : required.filter((each) => each !== name))
            }
            onRemove={() => save(entries.toSpliced(at, 1), required.filter((each) => each !== name))}
          />
        ))}
        <div>
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => save([...entries, [unusedName(properties), { type: "string" }]], required)}
          >
            Add a field
          </Button>
        </div>
      </div>
    </Frame>
  );
}

function unusedName(properties: Record<string, unknown>): string {
  let number = 1;
  while (Object.hasOwn(properties, `field_${number}`)) {
    number += 1;
  }
  return `field_${number}`;
}

type FieldProps = {
  path: string;
  name: string;
  property: unknown;
  isNeeded: boolean;
  onRename: (to: string) => void;
  onChange: (next: unknown) => void;
  onNeeded: (isNeeded: boolean) => void;
  onRemove: () => void;
};

function Field({ path, name, property, isNeeded, onRename, onChange, onNeeded, onRemove }: FieldProps) {
  const form = useForm();
  const own = isFields(property) ? property : {};
  const kind = typeof own.type === "string" ? own.type : "other";
  const words = typeof own.description === "string" ? own.description : "";
  const rest = withoutWords(own);
  const set = (changes: Record<string, unknown>) => {
    const { description, ...others } = { ...own, ...changes };
    onChange(description ? { ...others, description } : others);
  };
  return (
    <div role="group" aria-label={name} className={styles.row}>
      <TextInput size="sm" label="Name" value={name} onChange={(event) => onRename(event.currentTarget.value)} />
      <Select
        size="sm"
        label="Kind"
        data={KINDS}
        value={kind}
        onChange={(next) => {
          const { type: _, ...others } = own;
          onChange(next === null || next === "other" ? others : { ...others, type: next });
        }}
      />
      <Checkbox size="sm" mb={8} label="Needed" checked={isNeeded} onChange={(event) => onNeeded(event.currentTarget.checked)} />
      <Button size="compact-xs" mb={8} variant="subtle" aria-label={`Remove ${name}`} onClick={onRemove}>
        Remove
      </Button>
      <div className={styles.wide}>
        <TextInput size="sm" label="What it is" value={words} onChange={(event) => set({ description: event.currentTarget.value })} />
      </div>
      <div className={styles.wide}>
        <JsonField
          label="Bounds and more, as JSON Schema"
          description={undefined}
          withAsterisk={false}
          error={problemWithin(form, path)}
          value={Object.keys(rest).length > 0 ? rest : undefined}
          onChange={(next) => {
            const kept = Object.fromEntries(Object.entries(own).filter(([key]) => WORDS.has(key)));
            onChange({ ...kept, ...(isFields(next) ? withoutWords(next) : {}) });
          }}
          onBroken={(isBroken) => form.onBroken(path, isBroken)}
        />
      </div>
    </div>
  );
}
