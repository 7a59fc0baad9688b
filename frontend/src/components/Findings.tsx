import { Link } from "@tanstack/react-router";
import type { FindingOut } from "../api/generated/types.gen";
import { words } from "../ui/format";
import { Icon } from "../ui/icons";
import styles from "./Findings.module.css";

function byGate(findings: FindingOut[]): [string, FindingOut[]][] {
  const groups = new Map<string, FindingOut[]>();
  for (const finding of findings) {
    groups.set(finding.gate, [...(groups.get(finding.gate) ?? []), finding]);
  }
  return [...groups];
}

/** What the gates found, each with what to do about it; a line number leads to the source. */
export function Findings({ findings }: { findings: FindingOut[] }) {
  return (
    <div>
      {byGate(findings).map(([gate, found]) => (
        <section key={gate} className={styles.gate} aria-label={words(gate)}>
          <h3 className={styles.name}>{words(gate)}</h3>
          <ul className={styles.list}>
            {found.map((finding) => (
              <li key={`${finding.line}${finding.message}`} data-severity={finding.severity}>
                <Icon name={finding.severity === "error" ? "cross" : "warn"} size={14} />
                <div>
                  <div>
                    <span className={styles.severity}>{finding.severity}:</span> {finding.message}
                  </div>
                  {finding.hint && <div className={styles.hint}>{finding.hint}</div>}
                </div>
                {finding.line !== null && (
                  <Link
                    from="/tenants/$tenant/tools/$name/versions/$number"
                    to="/tenants/$tenant/tools/$name/versions/$number"
                    search={(now) => ({ ...now, view: "source", line: finding.line ?? undefined })}
                    className={styles.line}
                  >
                    line {finding.line}
                  </Link>
                )}
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}
