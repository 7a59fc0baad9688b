import { SegmentedControl, Select } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { stringify } from "yaml";
import { useMemo } from "react";
import type { FindingOut, LineCommentOut, VersionOut } from "../../api/generated/types.gen";
import { Panel } from "../../ui/Page";
import { Code, Diff } from "../code/Code";
import styles from "./VersionCode.module.css";

const route = getRouteApi("/tenants/$tenant/tools/$name/versions/$number");

type VersionCodeProps = {
  version: VersionOut;
  baseline: VersionOut | undefined;
  lastVersion: number;
  /** Marked at their lines in the source, where they have not been answered. */
  comments: LineCommentOut[];
};

/** The source and the spec, whole or as changes to another version. */
export function VersionCode({ version, baseline, lastVersion, comments }: VersionCodeProps) {
  const { view: asked, line } = route.useSearch();
  const navigate = route.useNavigate();
  const view = asked ?? (baseline ? "changes" : "source");
  const others = Array.from({ length: lastVersion }, (_, at) => String(lastVersion - at)).filter(
    (n) => n !== String(version.number),
  );
  return (
    <Panel
      flush
      bar={
        <SegmentedControl
          size="xs"
          aria-label="Show"
          value={view}
          data={[
            { value: "changes", label: "Changes" },
            { value: "source", label: "Source" },
            { value: "spec", label: "Spec" },
          ]}
          onChange={(next) =>
            navigate({
              search: (now) => ({ ...now, view: next as typeof view, line: undefined }),
              replace: true,
              resetScroll: false,
            })
          }
        />
      }
      aside={
        others.length > 0 && (
          <Select
            aria-label="Compare with"
            size="xs"
            w={150}
            placeholder="Compare with"
            data={others.map((n) => ({ value: n, label: `against v${n}` }))}
            value={baseline ? String(baseline.number) : null}
            onChange={(n) =>
              n &&
              navigate({
                search: (now) => ({ ...now, against: Number(n), view: "changes" }),
                replace: true,
                resetScroll: false,
              })
            }
          />
        )
      }
    >
      {view === "changes" && <Changes version={version} baseline={baseline} />}
      {view === "source" && <Source version={version} line={line} comments={comments} />}
      {view === "spec" && (
        <Code code={stringify(version.spec)} language="yaml" label={`Spec of version ${version.number}`} />
      )}
    </Panel>
  );
}

type SourceProps = { version: VersionOut; line: number | undefined; comments: LineCommentOut[] };

function Source({ version, line, comments }: SourceProps) {
  const navigate = route.useNavigate();
  const marked = useMemo(
    () => [...version.findings, ...comments.filter((one) => one.settled_at === null).map(markOf)],
    [version.findings, comments],
  );
  if (version.source === null) {
    return <p className={styles.none}>There is no source yet.</p>;
  }
  return (
    <Code
      code={version.source}
      language="python"
      label={`Source of version ${version.number}`}
      findings={marked}
      line={line}
      onLine={(next) => navigate({ search: (now) => ({ ...now, view: "source", line: next }), replace: true, resetScroll: false })}
    />
  );
}

const markOf = ({ author, line, text }: LineCommentOut): FindingOut => ({
  gate: author.label,
  severity: "question",
  message: text,
  hint: null,
  line,
});

function Changes({ version, baseline }: { version: VersionOut; baseline: VersionOut | undefined }) {
  if (!baseline) {
    return <p className={styles.none}>No other version is live: all of it is new. Read the source.</p>;
  }
  const before = `v${baseline.number} ${baseline.state}`;
  const after = `v${version.number} ${version.state.replace("_", " ")}`;
  const specs = [stringify(baseline.spec), stringify(version.spec)] as const;
  const isSameSource = baseline.source === version.source;
  return (
    <>
      {isSameSource ? (
        <p className={styles.none}>The source is the same, character for character.</p>
      ) : (
        <Diff
          before={baseline.source ?? ""}
          after={version.source ?? ""}
          language="python"
          beforeLabel={before}
          afterLabel={after}
        />
      )}
      {specs[0] !== specs[1] && (
        <>
          <h3 className={styles.head}>Spec</h3>
          <Diff before={specs[0]} after={specs[1]} language="yaml" beforeLabel={before} afterLabel={after} />
        </>
      )}
    </>
  );
}
