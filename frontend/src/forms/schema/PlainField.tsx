import { Checkbox, Input, NumberInput, Select, TextInput, Textarea } from "@mantine/core";
import type { ReactNode } from "react";
import { bytes } from "../../ui/format";
import { bytesIn, localOf, momentOf } from "./moments";
import styles from "./Parts.module.css";
import type { Shape } from "./shapes";

type PlainFieldProps = {
  shape: Shape;
  label: string;
  description: ReactNode;
  isRequired: boolean;
  error: string | undefined;
  value: unknown;
  onChange: (next: unknown) => void;
};

/** A part that is one value: a text, a number, a day, a choice. An emptied one is left out, where it may be. */
export function PlainField({ shape, label, description, isRequired, error, value, onChange }: PlainFieldProps) {
  const common = { label, description, withAsterisk: isRequired, error, size: "sm" as const };
  const text = typeof value === "string" ? value : "";
  const write = (next: string) => onChange(next || (isRequired ? "" : undefined));
  switch (shape.kind) {
    case "text":
      return shape.isLong ? (
        <Textarea {...common} autosize minRows={1} maxRows={12} value={text} onChange={(event) => write(event.currentTarget.value)} />
      ) : (
        <TextInput {...common} value={text} onChange={(event) => write(event.currentTarget.value)} />
      );
    case "date":
    case "time":
      return (
        <TextInput {...common} type={shape.kind} step={1} value={text} onChange={(event) => write(event.currentTarget.value)} />
      );
    case "moment":
      return <Moment {...common} text={text} onWrite={write} />;
    case "bytes":
      return <Bytes {...common} text={text} onWrite={write} />;
    case "number":
      return (
        <NumberInput
          {...common}
          value={typeof value === "number" ? value : ""}
          onChange={(next) => onChange(typeof next === "number" ? next : undefined)}
        />
      );
    case "flag":
      return (
        <Checkbox
          size="sm"
          label={label}
          description={description}
          error={error}
          checked={value === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      );
    case "choice":
      return <Choice {...common} choices={shape.choices} value={value} isRequired={isRequired} onChange={onChange} />;
    default:
      return <Input.Wrapper {...common}>{null}</Input.Wrapper>;
  }
}

type Common = { label: string; description: ReactNode; withAsterisk: boolean; error: string | undefined; size: "sm" };
type Written = Common & { text: string; onWrite: (next: string) => void };

/** A moment is entered as the clock on the wall says, and told as the world's. */
function Moment({ text, onWrite, description, ...common }: Written) {
  const told = text && <span className={styles.told}>{text}</span>;
  return (
    <TextInput
      {...common}
      type="datetime-local"
      step={1}
      description={description || told ? <>{description} {told}</> : undefined}
      value={localOf(text)}
      onChange={(event) => onWrite(momentOf(event.currentTarget.value))}
    />
  );
}

/** A file's bytes, in base64 as JSON has them. */
function Bytes({ text, onWrite, label, ...common }: Written) {
  const size = text ? `${bytes(Math.floor((text.replaceAll("=", "").length * 3) / 4))} chosen` : "None chosen yet";
  return (
    <Input.Wrapper {...common} label={label} labelElement="div">
      <div className={styles.file}>
        <input
          type="file"
          aria-label={label}
          onChange={async (event) => {
            const [file] = event.currentTarget.files ?? [];
            onWrite(file ? await bytesIn(file) : "");
          }}
        />
        <span className={styles.told}>{size}</span>
      </div>
    </Input.Wrapper>
  );
}

type ChoiceProps = Common & {
  choices: unknown[];
  value: unknown;
  isRequired: boolean;
  onChange: (next: unknown) => void;
};

/** A constant is one choice. Choices of other kinds than texts stand as JSON. */
function Choice({ choices, value, isRequired, onChange, ...common }: ChoiceProps) {
  const words = choices.map((one) => (typeof one === "string" ? one : JSON.stringify(one)));
  const at = choices.findIndex((one) => JSON.stringify(one) === JSON.stringify(value));
  return (
    <Select
      {...common}
      data={[...new Set(words)]}
      clearable={!isRequired}
      value={words[at] ?? null}
      onChange={(next) => onChange(next === null ? undefined : choices[words.indexOf(next)])}
    />
  );
}
