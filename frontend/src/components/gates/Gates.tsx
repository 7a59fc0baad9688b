import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { gatesQuery } from "../../api/tools/versions";
import type { FindingOut } from "../../api/generated/types.gen";
import { Prose } from "../../ui/Prose";
import { milliseconds, sentence, words } from "../../ui/format";
import { Icon } from "../../ui/marks/icons";
import styles from "./Gates.module.css";
import type { GateResult } from "./gateResults";

/** What every gate said: first those that found something, then, in a line, those that found nothing. */
export function Gates({ gates }: { gates: GateResult[] }) {
  const loud = gates.filter((gate) => gate.findings.length > 0 || !gate.isPassed);
  const quiet = gates.filter((gate) => gate.findings.length === 0 && gate.isPassed);
  const { data: listed } = useQuery(gatesQuery);
  const proves = new Map(listed?.map(({ name, says }) => [name, says]));
  return (
    <>
      {loud.map((gate) => (
        <section key={gate.name} className={styles.gate} aria-label={`Gate ${words(gate.name)}`}>
          <h3 className={styles.name} data-passed={gate.isPassed}>
            <Icon name={gate.isPassed ? "check" : "cross"} size={14} />
            {sentence(gate.name)}
            <span className={styles.verdict}>{gate.isPassed ? "passed" : "failed"}</span>
          </h3>
          <Proves says={proves.get(gate.name)} />
          <ul className={styles.list}>
            {gate.findings.map((finding) => (
              <Finding key={`${finding.line}${finding.message}`} finding={finding} />
            ))}
          </ul>
        </section>
      ))}
      {quiet.length > 0 && (
        <ul className={styles.quiet} aria-label="Gates that found nothing">
          {quiet.map((gate) => (
            <li key={gate.name}>
              <Icon name="check" size={14} />
              {sentence(gate.name)}
              {gate.wallMs !== undefined && gate.wallMs >= 0.1 && (
                <span className={`${styles.time} num`}>{milliseconds(gate.wallMs)}</span>
              )}
            </li>
          ))}
        </ul>
      )}
      {listed && quiet.length > 0 && (
        <details className={styles.proves}>
          <summary>What each of them proves</summary>
          <dl>
            {quiet
              .filter(({ name }) => proves.has(name))
              .map(({ name }) => (
                <div key={name}>
                  <dt>{sentence(name)}</dt>
                  <dd>
                    <Prose text={proves.get(name) ?? ""} />
                  </dd>
                </div>
              ))}
          </dl>
        </details>
      )}
    </>
  );
}

function Proves({ says }: { says: string | undefined }) {
  return says === undefined ? null : (
    <p className={styles.says}>
      <Prose text={says} />
    </p>
  );
}

function Finding({ finding }: { finding: FindingOut }) {
  return (
    <li data-severity={finding.severity}>
      <div className={styles.text}>
        <span className={styles.severity}>{finding.severity}:</span> <Prose text={finding.message} />
        {finding.hint && (
          <div className={styles.hint}>
            <Prose text={finding.hint} />
          </div>
        )}
      </div>
      {finding.line !== null && (
        <Link
          from="/tenants/$tenant/tools/$name/versions/$number"
          to="/tenants/$tenant/tools/$name/versions/$number"
          search={(now) => ({ ...now, view: "source", line: finding.line ?? undefined })}
          resetScroll={false}
          className={styles.line}
        >
          line {finding.line}
        </Link>
      )}
    </li>
  );
}
