import { VisuallyHidden } from "@mantine/core";
import type { ReactNode } from "react";
import { useScrolling } from "./scrolling/useScrolling";
import styles from "./Table.module.css";

export type Columns = (string | [name: string, align: "end"])[];

/** The column of a row's buttons: its name is for those who do not see that they are buttons. */
export const ACTIONS: Columns[number] = ["Actions", "end"];

type TableProps = { label: string; columns: Columns; children: ReactNode };

/** A dense table with hairlines; scrolls sideways on its own when the window is narrow. */
export function Table({ label, columns, children }: TableProps) {
  const scrolling = useScrolling<HTMLDivElement>(label);
  return (
    <div className={styles.scroll} {...scrolling}>
      <table className={styles.table} aria-label={label}>
        <thead>
          <tr>
            {columns.map((column) => {
              const [name, align] = typeof column === "string" ? [column, undefined] : column;
              return (
                <th key={name} scope="col" data-align={align}>
                  {column === ACTIONS ? <VisuallyHidden>{name}</VisuallyHidden> : name}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
