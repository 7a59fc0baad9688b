import { Button, TextInput } from "@mantine/core";
import { useState } from "react";
import { isFields } from "../../api/fields";
import { Frame } from "./Frame";
import { type PartProps, useForm } from "./context";
import styles from "./Parts.module.css";
import { pointer } from "./problems";
import { type Shape, emptyOf } from "./shapes";

/** Values by name: those that the schema names, and those that only the value does. */
export function FieldsPart({ shape, ...part }: PartProps & { shape: Shape & { kind: "fields" } }) {
  const { draw, onlyNamed } = useForm();
  const value = isFields(part.value) ? part.value : {};
  const known = new Set(shape.properties.map(({ name }) => name));
  const isPart = onlyNamed && part.path === "";
  const others = isPart ? [] : Object.keys(value).filter((name) => !known.has(name));
  function set(name: string, next: unknown) {
    const { [name]: _, ...rest } = value;
    part.onChange(next === undefined ? rest : { ...value, [name]: next });
  }
  return (
    <Frame {...part}>
      <div className={styles.rows}>
        {shape.properties.map(({ name, schema, isRequired }) => (
          <div key={name}>
            {draw({
              label: name,
              path: pointer(part.path, name),
              schema,
              value: Object.hasOwn(value, name) ? value[name] : undefined,
              isRequired,
              onChange: (next) => set(name, next),
            })}
          </div>
        ))}
        {others.map((name) => (
          <div key={name} className={styles.row} data-tall>
            {draw({
              label: name,
              path: pointer(part.path, name),
              schema: shape.others ?? {},
              value: value[name],
              isRequired: true,
              onChange: (next) => set(name, next ?? null),
            })}
            <div>
              <Button size="compact-xs" variant="subtle" aria-label={`Remove ${name}`} onClick={() => set(name, undefined)}>
                Remove
              </Button>
            </div>
          </div>
        ))}
        {shape.others !== undefined && <AddName part={part} taken={Object.keys(value)} schema={shape.others} onAdd={set} />}
      </div>
    </Frame>
  );
}

type AddNameProps = {
  part: PartProps;
  taken: string[];
  schema: unknown;
  onAdd: (name: string, value: unknown) => void;
};

function AddName({ part, taken, schema, onAdd }: AddNameProps) {
  const { root } = useForm();
  const [name, setName] = useState("");
  const isTaken = taken.includes(name);
  return (
    <div className={styles.row}>
      <TextInput
        size="sm"
        label={`A new name in ${part.label}`}
        error={isTaken ? "It is there already." : undefined}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Button
        size="sm"
        variant="default"
        disabled={name === "" || isTaken}
        onClick={() => {
          onAdd(name, emptyOf(schema, root));
          setName("");
        }}
      >
        Add
      </Button>
    </div>
  );
}
