import { Button } from "@mantine/core";
import { useRef, useState } from "react";
import { Frame } from "./Frame";
import { type PartProps, useForm } from "./context";
import styles from "./Parts.module.css";
import { type Shape, emptyOf, shapeOf } from "./shapes";

const AT_ONCE = 30;
const PLAIN = new Set(["text", "number", "date", "moment", "time", "choice"]);

/** Items, each with its field; a long list shows its first ones, and the rest when it is asked for. */
export function ListPart({ shape, ...part }: PartProps & { shape: Shape & { kind: "list" } }) {
  const { root, draw } = useForm();
  const [shown, setShown] = useState(AT_ONCE);
  // Items have no names: after one is gone, those behind it are drawn anew, not one in the place of another.
  const [age, setAge] = useState(0);
  const add = useRef<HTMLButtonElement>(null);
  const items = Array.isArray(part.value) ? (part.value as unknown[]) : [];
  const isPlain = PLAIN.has(shapeOf(shape.items, root).kind);
  function remove(at: number) {
    part.onChange(items.toSpliced(at, 1));
    setAge(age + 1);
    add.current?.focus();
  }
  return (
    <Frame {...part}>
      <div className={styles.rows}>
        {items.slice(0, shown).map((item, at) => (
          // oxlint-disable-next-line react/no-array-index-key
          <div key={`${age} ${at}`} className={styles.row} data-tall={isPlain ? undefined : true}>
            {draw({
              label: `${part.label} ${at + 1}`,
              path: `${part.path}/${at}`,
              schema: shape.items,
              value: item,
              isRequired: true,
              onChange: (next) => part.onChange(items.with(at, next === undefined ? null : next)),
            })}
            <div>
              <Button
                size="compact-xs"
                variant="subtle"
                aria-label={`Remove ${part.label} ${at + 1}`}
                onClick={() => remove(at)}
              >
                Remove
              </Button>
            </div>
          </div>
        ))}
        <div>
          {items.length > shown && (
            <Button size="compact-xs" variant="subtle" onClick={() => setShown(shown + AT_ONCE)}>
              {items.length - shown} more
            </Button>
          )}
          <Button
            ref={add}
            size="compact-sm"
            variant="default"
            aria-label={`Add to ${part.label}`}
            disabled={items.length >= shape.most}
            onClick={() => {
              part.onChange([...items, emptyOf(shape.items, root)]);
              setShown(Math.max(shown, items.length + 1));
            }}
          >
            Add
          </Button>
        </div>
      </div>
    </Frame>
  );
}
