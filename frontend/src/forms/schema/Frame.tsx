import { Button } from "@mantine/core";
import type { ReactNode } from "react";
import { Prose } from "../../ui/Prose";
import { type PartProps, problemAt, useForm } from "./context";
import styles from "./Parts.module.css";
import { describedBy, emptyOf } from "./shapes";

type FrameProps = PartProps & { bar?: ReactNode; children: ReactNode };

/** What holds other parts: its name, what it is, and whether it is there at all. */
export function Frame({ label, path, schema, value, isRequired, onChange, bar, children }: FrameProps) {
  const form = useForm();
  const said = describedBy(schema, form.root);
  const wrong = problemAt(form, path);
  if (path === "") {
    return <div className={styles.root}>{children}</div>;
  }
  return (
    <fieldset className={styles.part}>
      <legend className={styles.legend}>{label}</legend>
      {said && (
        <p className={styles.said}>
          <Prose text={said} />
        </p>
      )}
      {wrong && <p className={styles.wrong}>{wrong}</p>}
      {bar}
      {value === undefined ? (
        <Button
          size="compact-sm"
          variant="default"
          aria-label={`Add ${label}`}
          onClick={() => onChange(emptyOf(schema, form.root))}
        >
          Add
        </Button>
      ) : (
        <div className={styles.rows}>
          {children}
          {!isRequired && (
            <div>
              <Button
                size="compact-xs"
                variant="subtle"
                aria-label={`Leave out ${label}`}
                onClick={() => onChange(undefined)}
              >
                Leave out
              </Button>
            </div>
          )}
        </div>
      )}
    </fieldset>
  );
}
