import { useQuery } from "@tanstack/react-query";
import { liveQuery } from "../../api/events/live";
import type { VersionOut } from "../../api/generated/types.gen";
import { Note } from "../../ui/Note";
import { milliseconds, sentence } from "../../ui/format";
import { Icon } from "../../ui/marks/icons";
import { useTenant } from "../useTenant";
import styles from "./Underway.module.css";

const PHASES: Record<string, string> = {
  writing: "The source is being written",
  checking: "The gates look at it",
  judged: "The gates have looked at it",
};

/** A version on its way through the gates, gate by gate, as it happens. */
export function Underway({ version }: { version: VersionOut }) {
  const { tenant } = useTenant();
  const { data: live } = useQuery(liveQuery(tenant.slug, version.tool, version.number));
  const isGenerated = version.state === "generating";
  const phase = isGenerated
    ? (PHASES[live.phase ?? "writing"] ?? "It is being worked on")
    : "It is being built and put through the gates";
  return (
    <Note tone="busy" title={`${phase}${isGenerated && live.round ? `, round ${live.round}` : ""}.`}>
      This page follows along; you can leave and come back.
      {live.gates.length > 0 && (
        <ul className={styles.gates} aria-label="Gates so far">
          {live.gates.map((gate) => (
            <li key={gate.gate} data-passed={gate.passed}>
              <Icon name={gate.passed ? "check" : "cross"} size={14} />
              {sentence(gate.gate)}
              {gate.wall_ms !== undefined && gate.wall_ms >= 0.1 && (
                <span className={`${styles.time} num`}>{milliseconds(gate.wall_ms)}</span>
              )}
            </li>
          ))}
        </ul>
      )}
      {live.written && (
        <pre className={styles.written} tabIndex={0} aria-label="Written so far">
          {live.written}
        </pre>
      )}
    </Note>
  );
}
