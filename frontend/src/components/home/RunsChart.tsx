import type { ActivityOut } from "../../api/generated/types.gen";
import { count, milliseconds, when } from "../../ui/format";
import { ChartAxis } from "../../ui/marks/ChartAxis";
import { useScrolling } from "../../ui/scrolling/useScrolling";
import styles from "./RunsChart.module.css";
import { type Part, STACK, partsOf, scaleOf } from "./chartParts";

const WIDTH = 720;
const HEIGHT = 150;

/**
 * Runs over time by how they ended, drawn here: a library of charts weighs ten times as much as this page, and has no
 * table. Each kind has a pattern of its own, so that nobody needs its colour.
 */
export function RunsChart({ activity, partSeconds }: { activity: ActivityOut; partSeconds: number }) {
  const parts = partsOf(activity);
  const top = scaleOf(parts);
  const step = WIDTH / parts.length;
  const ended = parts.reduce((sum, part) => sum + part.total, 0);
  return (
    <figure className={styles.chart}>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${count(ended)} runs over time, by how they ended. The table below has the same figures.`}
      >
        <Patterns />
        <line x1={0} x2={WIDTH} y1={HEIGHT / 2} y2={HEIGHT / 2} className={styles.grid} />
        {parts.map((part, place) => (
          <Bar key={part.at} part={part} x={place * step} width={step} top={top} seconds={partSeconds} />
        ))}
      </svg>
      <ChartAxis
        first={parts[0] && when(parts[0].at)}
        highest={`the highest bar: ${count(Math.max(...parts.map((part) => part.total)))}`}
        last="now"
      />
      <ul className={styles.legend}>
        {STACK.map(({ kind, words }) => (
          <li key={kind}>
            <svg width={14} height={14} aria-hidden="true">
              <rect width={14} height={14} className={styles[kind]} />
            </svg>
            {words}
          </li>
        ))}
      </ul>
      <figcaption>
        <details>
          <summary>As a table</summary>
          <FigureTable parts={parts} />
        </details>
      </figcaption>
    </figure>
  );
}

type BarProps = { part: Part; x: number; width: number; top: number; seconds: number };

function Bar({ part, x, width, top, seconds }: BarProps) {
  const heights = STACK.map(({ kind }) => ({ kind, height: (part[kind] / top) * (HEIGHT - 4) }));
  return (
    <g>
      <title>{`${when(part.at)}, ${milliseconds(seconds * 1_000)}: ${STACK.map(({ kind, words }) => `${count(part[kind])} ${words}`).join(", ")}`}</title>
      <rect x={x} y={0} width={width} height={HEIGHT} className={styles.hit} />
      {heights.map(({ kind, height }, place) => {
        const below = heights.slice(0, place).reduce((sum, one) => sum + one.height, 0);
        return (
          <rect
            key={kind}
            x={x + 1}
            y={HEIGHT - below - height}
            width={Math.max(width - 2, 1)}
            height={height}
            className={styles[kind]}
          />
        );
      })}
    </g>
  );
}

function Patterns() {
  return (
    <defs>
      <pattern id="failed-runs" width={6} height={6} patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect width={6} height={6} className={styles.failedGround} />
        <rect width={2} height={6} className={styles.onGround} />
      </pattern>
      <pattern id="other-runs" width={5} height={5} patternUnits="userSpaceOnUse">
        <rect width={5} height={5} className={styles.otherGround} />
        <circle cx={2.5} cy={2.5} r={1.2} className={styles.onGround} />
      </pattern>
    </defs>
  );
}

function FigureTable({ parts }: { parts: Part[] }) {
  const scrolling = useScrolling<HTMLDivElement>("Runs over time");
  return (
    <div className={styles.scroll} {...scrolling}>
      <table>
        <thead>
          <tr>
            <th scope="col">From</th>
            {STACK.map(({ kind, words }) => (
              <th key={kind} scope="col">
                {words}
              </th>
            ))}
            <th scope="col">half within</th>
            <th scope="col">95 % within</th>
          </tr>
        </thead>
        <tbody>
          {parts
            .filter((part) => part.total > 0)
            .map((part) => (
              <tr key={part.at}>
                <th scope="row">{when(part.at)}</th>
                {STACK.map(({ kind }) => (
                  <td key={kind}>{count(part[kind])}</td>
                ))}
                <td>{part.p50 === null ? "" : milliseconds(part.p50)}</td>
                <td>{part.p95 === null ? "" : milliseconds(part.p95)}</td>
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  );
}
