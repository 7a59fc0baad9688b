import styles from "./ChartAxis.module.css";

type ChartAxisProps = { first?: string; highest: string; last: string };

/** What stands below a chart, for who sees it: its table says the same to all. */
export function ChartAxis({ first, highest, last }: ChartAxisProps) {
  return (
    <div className={styles.axis} aria-hidden="true">
      <span>{first}</span>
      <span className="num">{highest}</span>
      <span>{last}</span>
    </div>
  );
}
