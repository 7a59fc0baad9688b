import { useState } from "react";
import type { Fields } from "../../api/fields";
import { SchemaForm } from "../schema/SchemaForm";
import type { PartProps } from "../schema/context";
import type { Problem } from "../schema/problems";
import { Outline } from "./Outline";
import styles from "./SpecParts.module.css";
import { partOf } from "./specSchema";

const PARTS: [title: string, names: string[]][] = [
  ["What it is", ["name", "title", "description", "effects"]],
  ["What it takes", ["input_schema"]],
  ["What it answers", ["output_schema"]],
  ["What it may reach", ["capabilities"]],
  ["Examples and stories", ["examples"]],
  ["Hold-outs", ["holdouts"]],
  ["What always holds", ["always"]],
  ["What nobody could notice", ["equivalent"]],
  ["Limits", ["limits"]],
];
const SCHEMAS = new Set(["/input_schema", "/output_schema"]);

/** Schemas are edited as a list of fields; everything else as its own schema says. */
const special = (part: PartProps) => (SCHEMAS.has(part.path) ? <Outline {...part} /> : null);

type SpecPartsProps = {
  schema: Fields;
  value: Fields;
  problems: Problem[];
  onChange: (next: Fields) => void;
  onBroken: (path: string, isBroken: boolean) => void;
};

/** A spec part by part. What is folded is not drawn, and says how much in it does not fit. */
export function SpecParts({ schema, value, problems, onChange, onBroken }: SpecPartsProps) {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set([PARTS[0]?.[0] ?? ""]));
  return (
    <div className={styles.parts}>
      {PARTS.map(([title, names]) => {
        const its = problems.filter(({ path }) => names.some((name) => path === `/${name}` || path.startsWith(`/${name}/`)));
        return (
          <details
            key={title}
            open={open.has(title)}
            className={styles.part}
            onToggle={(event) => {
              const isOpen = event.currentTarget.open;
              setOpen((now) => new Set(isOpen ? [...now, title] : [...now].filter((one) => one !== title)));
            }}
          >
            <summary>
              {title} <Count value={value} names={names} />
              {its.length > 0 && <span className={styles.wrong}>{its.length} to put right</span>}
            </summary>
            {open.has(title) && (
              <div className={styles.fields}>
                <SchemaForm
                  schema={partOf(schema, names)}
                  value={value}
                  problems={problems}
                  special={special}
                  onlyNamed
                  onChange={(next) => onChange(next as Fields)}
                  onBroken={onBroken}
                  empty="Nothing is asked here."
                />
              </div>
            )}
          </details>
        );
      })}
    </div>
  );
}

function Count({ value, names }: { value: Fields; names: string[] }) {
  const [name] = names;
  const given = name === undefined ? undefined : value[name];
  return Array.isArray(given) ? <span className={styles.count}>{given.length}</span> : null;
}
