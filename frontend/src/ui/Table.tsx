import type { ReactNode } from "react";
import styles from "./Table.module.css";

type TableProps = { label: string; columns: (string | [name: string, align: "end"])[]; children: ReactNode };

/** A dense table with hairlines; scrolls sideways on its own when the window is narrow. */
export function Table({ label, columns, children }: TableProps) {
  return (
    <div className={styles.scroll}>
      <table className={styles.table} aria-label={label}>
        <thead>
          <tr>
            {columns.map((column) => {
              const [name, align] = typeof column === "string" ? [column, undefined] : column;
              return (
                <th key={name} scope="col" data-align={align}>
                  {name}
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
