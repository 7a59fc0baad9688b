import { Modal, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { toolNamesQuery } from "../../api/runs/overview";
import { useTenant } from "../useTenant";
import styles from "./Palette.module.css";
import { type Entry, entriesOf, found } from "./entries";

/** Everything that has a page, by its name; the arrows choose, Enter opens. */
export default function Palette({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  return (
    <Modal opened={isOpen} onClose={onClose} title="Go to" size="lg">
      <Search onClose={onClose} />
    </Modal>
  );
}

function Search({ onClose }: { onClose: () => void }) {
  const { tenant } = useTenant();
  const navigate = useNavigate();
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const [typed, type] = useState("");
  const [at, move] = useState(0);
  const { data: tools } = useQuery(toolNamesQuery(tenant.slug));
  const shown = found(entriesOf(tenant.slug, tools?.items ?? []), typed);
  const chosen = Math.min(at, shown.length - 1);
  useEffect(() => {
    // Newer browsers answer with a promise, which is no way to end an effect.
    void list.current?.children[chosen]?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  function go(entry: Entry | undefined) {
    if (entry) {
      onClose();
      void navigate({ href: entry.href });
    }
  }
  function press(event: KeyboardEvent) {
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
    const step = steps[event.key];
    if (step !== undefined && shown.length > 0) {
      event.preventDefault();
      move((chosen + step + shown.length) % shown.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      go(shown[chosen]);
    }
  }
  return (
    <>
      <TextInput
        data-autofocus
        aria-label="A page, a tool or something to do"
        placeholder="A page, a tool or something to do"
        role="combobox"
        aria-expanded
        aria-autocomplete="list"
        aria-controls={id}
        aria-activedescendant={shown.length > 0 ? `${id}-${chosen}` : undefined}
        value={typed}
        onChange={(event) => {
          type(event.currentTarget.value);
          move(0);
        }}
        onKeyDown={press}
      />
      <div id={id} ref={list} role="listbox" aria-label="What there is" className={styles.list}>
        {shown.map((entry, place) => (
          // The keyboard is the box's above.
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
          <div
            key={entry.href}
            id={`${id}-${place}`}
            role="option"
            tabIndex={-1}
            aria-selected={place === chosen}
            className={styles.entry}
            onClick={() => go(entry)}
          >
            <span className={styles.name}>{entry.name}</span>
            <span className={styles.kind}>{entry.kind}</span>
          </div>
        ))}
      </div>
      <div role="status" className={styles.none}>
        {shown.length === 0 && "Nothing here has such a name."}
      </div>
    </>
  );
}
