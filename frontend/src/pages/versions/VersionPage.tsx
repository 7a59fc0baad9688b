import { useQuery } from "@tanstack/react-query";
import { Link, getRouteApi } from "@tanstack/react-router";
import type { LineCommentOut, VersionOut } from "../../api/generated/types.gen";
import { may } from "../../api/permissions";
import { canariesQuery } from "../../api/tools/canaries";
import { commentsQuery } from "../../api/tools/comments";
import { toolQuery } from "../../api/tools/tools";
import { isMoving, versionQuery } from "../../api/tools/versions";
import { Authority } from "../../components/versions/Authority";
import { StateBadge } from "../../components/Badges";
import { CanaryPanel } from "../../components/tools/CanaryPanel";
import { Exchanges } from "../../components/generation/Exchanges";
import { Invariants } from "../../components/versions/Invariants";
import { Briefing } from "../../components/review/Briefing";
import { WhatCallersRead } from "../../components/review/WhatCallersRead";
import { StatedDeeds } from "../../components/versions/StatedDeeds";
import { History } from "../../components/versions/History";
import { Gates } from "../../components/gates/Gates";
import { Underway } from "../../components/generation/Underway";
import { VersionCode } from "../../components/versions/VersionCode";
import { LineComments } from "../../forms/review/LineComments";
import { VersionRail } from "./VersionRail";
import { gatesOf, verdictOf } from "../../components/gates/gateResults";
import { useTenant } from "../../components/useTenant";
import { Note, ProblemNote } from "../../ui/Note";
import { Page, Panel } from "../../ui/Page";
import { ReasonButton } from "../../ui/ReasonButton";
import { Time } from "../../ui/Time";
import styles from "./VersionPage.module.css";

const route = getRouteApi("/tenants/$tenant/tools/$name/versions/$number");

const NO_COMMENTS: LineCommentOut[] = [];

export default function VersionPage() {
  const { tenant } = useTenant();
  const { name, number: text } = route.useParams();
  const { against, line } = route.useSearch();
  const number = Number(text);
  const { data: version, error } = useQuery(versionQuery(tenant.slug, name, number));
  const { data: tool } = useQuery(toolQuery(tenant.slug, name));
  const live = tool?.live_version ?? null;
  const base = against ?? (live !== null && live !== number ? live : null);
  const { data: baseline } = useQuery({
    ...versionQuery(tenant.slug, name, base ?? 0),
    enabled: base !== null,
  });
  const { data: comments = NO_COMMENTS } = useQuery(commentsQuery(tenant.slug, name, number));
  const { data: canaries } = useQuery({
    ...canariesQuery(tenant.slug, name),
    enabled: version?.state === "live",
  });
  const canary = canaries?.items.find((each) => each.ended_at === null && each.version === number);
  const params = { tenant: tenant.slug, name };
  const crumbs = (
    <>
      <Link to="/tenants/$tenant/tools" params={params}>
        Tools
      </Link>
      <span aria-hidden="true">/</span>
      <Link to="/tenants/$tenant/tools/$name" params={params}>
        <code>{name}</code>
      </Link>
    </>
  );
  if (!version) {
    return (
      <Page title={`Version ${text}`} crumbs={crumbs}>
        <ProblemNote error={error} />
      </Page>
    );
  }
  const gates = gatesOf(version);
  const compared = base === null ? undefined : baseline;
  return (
    <Page
      name={`${name} v${number}`}
      crumbs={crumbs}
      title={
        <>
          Version {number} <StateBadge state={version.state} percent={canary?.percent} />
        </>
      }
      lead={
        <>
          Written by {version.author.label}, <Time iso={version.created_at} />
        </>
      }
    >
      <ProblemNote error={error} />
      <Standing version={version} comments={comments.filter((one) => one.settled_at === null).length} />
      {tool && <CanaryPanel tool={tool} of={number} />}
      <div className={styles.columns}>
        <div className={styles.first}>
          <Briefing version={version} baseline={compared} serving={baseline?.number === live ? baseline : undefined} />
          <AuthorityPanel version={version} baseline={compared} />
        </div>
        <VersionRail version={version} />
        <div className={styles.main}>
          <WhatCallersRead version={version} baseline={compared} />
          <StatedDeeds version={version} baseline={compared} />
          <Invariants version={version} baseline={compared} />
          {gates.length > 0 && (
            <Panel title="Gates" aside={verdictOf(gates)} flush>
              <Gates gates={gates} />
            </Panel>
          )}
        </div>
      </div>
      <VersionCode
        version={version}
        baseline={compared}
        lastVersion={tool?.last_version ?? number}
        comments={comments}
      />
      {version.source !== null && <LineComments version={version} comments={comments} line={line} />}
      <Exchanges version={version} />
      <History version={version} />
    </Page>
  );
}

function AuthorityPanel({ version, baseline }: { version: VersionOut; baseline: VersionOut | undefined }) {
  const than =
    baseline && `compared with v${baseline.number}${baseline.state === "live" ? ", which is live" : ""}`;
  return (
    <Panel title="What it may do" aside={than} flush>
      <div className={styles.authority} id="authority">
        <Authority version={version} baseline={baseline} />
      </div>
    </Panel>
  );
}

/** What is going on with this version, where the badge alone does not say it. */
function Standing({ version, comments }: { version: VersionOut; comments: number }) {
  if (isMoving(version.state)) {
    return <Underway version={version} />;
  }
  const reason = version.approval?.reason;
  if (version.state === "rejected") {
    const errors = version.findings.filter((finding) => finding.severity === "error").length;
    return typeof reason === "string" ? (
      <Note tone="bad" title="A reviewer rejected it.">
        <p className={styles.reason}>{reason}</p>
        {comments > 0 && (
          <p>
            <a href="#comments">{comments === 1 ? "One comment" : `${comments} comments`} on its lines</a>
          </p>
        )}
        <Answer version={version} />
      </Note>
    ) : (
      <Note tone="bad" title="It did not pass its gates.">
        <p className={styles.reason}>
          {errors === 1 ? "One finding has" : `${errors} findings have`} to be put right in a new version.
        </p>
        <Answer version={version} />
      </Note>
    );
  }
  return null;
}

/** The way on: a new version that starts from this one, or a spec that asks for something else. */
function Answer({ version }: { version: VersionOut }) {
  const { tenant } = useTenant();
  const navigate = route.useNavigate();
  const reason = may(tenant, "tools:author");
  return (
    <div className={styles.answer}>
      <ReasonButton
        size="xs"
        reason={reason}
        onClick={() => navigate({ to: "/tenants/$tenant/tools/$name/versions/new", search: { from: version.number } })}
      >
        Answer with a new version
      </ReasonButton>
      <ReasonButton size="xs" reason={reason} onClick={() => navigate({ to: "/tenants/$tenant/tools/$name/spec" })}>
        Revise the spec
      </ReasonButton>
    </div>
  );
}
