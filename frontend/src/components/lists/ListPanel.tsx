import type { ReactNode } from "react";
import { Panel } from "../../ui/Page";
import { type Columns, Table } from "../../ui/Table";

type ListPanelProps<Item> = {
  /** Undefined until they have been read. */
  items: Item[] | undefined;
  /** One row of the table, with its key. */
  renderRow: (item: Item) => ReactNode;
  /** What the table is called. */
  label: string;
  columns: Columns;
  /** What is said in place of an empty table. */
  empty?: ReactNode;
  title?: string;
  /** Controls above the table. */
  bar?: ReactNode;
  /** Controls below it. */
  children?: ReactNode;
};

/** A list as a table, or a word on what would be in it. */
export function ListPanel<Item>(props: ListPanelProps<Item>) {
  const { items, renderRow, label, columns, empty, title, bar, children } = props;
  return (
    <Panel title={title} bar={bar} flush>
      {empty && items?.length === 0 ? (
        empty
      ) : (
        <Table label={label} columns={columns}>
          {items?.map(renderRow)}
        </Table>
      )}
      {children}
    </Panel>
  );
}
