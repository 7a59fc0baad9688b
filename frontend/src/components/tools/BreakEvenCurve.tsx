import type { EconomicsOut } from "../../api/generated/types.gen";
import { count, dollars } from "../../ui/format";
import styles from "./BreakEvenCurve.module.css";
import { curveOf } from "./breakEven";

const WIDTH = 720;
const HEIGHT = 120;

/** What a tool has cost and what its runs save, run by run: where they cross it has paid for itself. */
export function BreakEvenCurve({ economics }: { economics: EconomicsOut }) {
  const { runsShown, top, needed } = curveOf(economics);
  const x = (runs: number) => (runs / runsShown) * WIDTH;
  const y = (usd: number) => HEIGHT - (usd / top) * (HEIGHT - 8);
  const spent = economics.spent.usd;
  const perRun = economics.per_run.saved_usd;
  const said =
    needed === null
      ? `Its runs save nothing of the ${dollars(spent)} that it cost.`
      : `${dollars(spent)} spent; each run that returns saves ${dollars(perRun)}: even after ${count(needed)} runs, of which ${count(economics.succeeded)} have returned.`;
  return (
    <figure className={styles.curve}>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={said}>
        <line className={styles.spent} x1={0} x2={WIDTH} y1={y(spent)} y2={y(spent)} />
        <line className={styles.saved} x1={0} y1={HEIGHT} x2={WIDTH} y2={y(perRun * runsShown)} />
        <line className={styles.now} x1={x(economics.succeeded)} x2={x(economics.succeeded)} y1={0} y2={HEIGHT} />
        {needed !== null && <circle className={styles.even} cx={x(needed)} cy={y(spent)} r={5} />}
      </svg>
      <div className={styles.axis} aria-hidden="true">
        <span>0 runs</span>
        <span>dashes: spent · line: saved · upright: now</span>
        <span>{count(runsShown)} runs</span>
      </div>
      <figcaption className={styles.said}>{said}</figcaption>
    </figure>
  );
}
