import { useQuery } from "@tanstack/react-query";
import { Link, getRouteApi } from "@tanstack/react-router";
import type { WaitingOut } from "../../api/generated/types.gen";
import { reviewsQuery } from "../../api/tools/versions";
import { Pager } from "../../components/Pager";
import { useTenant } from "../../components/useTenant";
import { ProblemNote } from "../../ui/Note";
import { Empty, Page, Panel } from "../../ui/Page";
import { type Columns, Table } from "../../ui/Table";
import { Time } from "../../ui/Time";
import styles from "./ReviewsPage.module.css";

const route = getRouteApi("/tenants/$tenant/reviews");
const COLUMNS: Columns = ["Version", "What it does to the world", "Gates", "Written by", ["Waits since", "end"]];

/** What waits for a yes or a no, of all tools. */
export default function ReviewsPage() {
  const { tenant } = useTenant();
  const { cursor } = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error } = useQuery(reviewsQuery(tenant.slug, cursor));
  return (
    <Page title="Reviews" lead="Versions that have passed their gates and wait for a person: nothing of them is served yet.">
      <ProblemNote error={error} />
      <Panel flush>
        {data?.items.length === 0 && (
          <Empty title="Nothing waits for a review">
            A version appears here as soon as its gates have passed, whoever wrote it.
          </Empty>
        )}
        {data && data.items.length > 0 && (
          <Table label="Reviews" columns={COLUMNS}>
            {data.items.map((version) => (
              <Waiting key={`${version.tool} ${version.number}`} version={version} />
            ))}
          </Table>
        )}
        <Pager cursor={cursor} nextCursor={data?.next_cursor} onPage={(next) => navigate({ search: { cursor: next } })} />
      </Panel>
    </Page>
  );
}

const EFFECTS = { read: "only reads", idempotent: "changes things, safe to repeat", destructive: "may change or delete for good" };

function Waiting({ version }: { version: WaitingOut }) {
  const { tenant } = useTenant();
  const asked = version.questions === 0 ? "no question" : version.questions === 1 ? "1 question" : `${version.questions} questions`;
  return (
    <tr>
      <td className={styles.name}>
        <Link
          to="/tenants/$tenant/tools/$name/versions/$number"
          params={{ tenant: tenant.slug, name: version.tool, number: String(version.number) }}
        >
          <code>{version.tool}</code> v{version.number}
        </Link>
        <div className={styles.quiet}>{version.title}</div>
      </td>
      <td className={version.effects === "destructive" ? styles.loud : undefined}>{EFFECTS[version.effects]}</td>
      <td className={version.questions > 0 ? styles.loud : styles.quiet}>{asked}</td>
      <td className={styles.quiet}>{version.author.label}</td>
      <td data-align="end">
        <Time iso={version.updated_at} />
      </td>
    </tr>
  );
}
