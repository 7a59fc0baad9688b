import { useQuery } from "@tanstack/react-query";
import { Link, getRouteApi } from "@tanstack/react-router";
import { type Hours, RANGES, overviewQuery } from "../../api/runs/overview";
import { Waiting } from "../../components/home/Waiting";
import { NewToolButton } from "../../components/tools/NewToolButton";
import { useTenant } from "../../components/useTenant";
import { ThrowAway } from "../../forms/samples/ThrowAway";
import { ProblemNote } from "../../ui/Note";
import { Page } from "../../ui/Page";
import { FirstHour } from "./FirstHour";
import { Happened } from "./Happened";
import styles from "./HomePage.module.css";

const route = getRouteApi("/tenants/$tenant/");
const NAMES: Record<Hours, string> = { 1: "hour", 24: "day", 168: "7 days", 720: "30 days" };

/** The first page: what waits, what happened, what it saved. Its range stands in the address. */
export default function HomePage() {
  const { tenant } = useTenant();
  const { hours = 168 } = route.useSearch();
  const { data, error } = useQuery(overviewQuery(tenant.slug, hours));
  return (
    <Page
      title="Home"
      actions={
        <>
          <ThrowAway />
          <NewToolButton />
        </>
      }
    >
      <ProblemNote error={error} />
      {data && <FirstHour steps={data.first_steps} />}
      {data && <Waiting tenant={tenant.slug} waiting={data.waiting} />}
      <nav aria-label="How far back" className={styles.ranges}>
        <span>The last</span>
        {RANGES.map((range) => (
          <Link
            key={range}
            to="/tenants/$tenant"
            params={{ tenant: tenant.slug }}
            search={{ hours: range === 168 ? undefined : range }}
            resetScroll={false}
            className={styles.range}
            aria-current={range === hours ? "true" : undefined}
          >
            {NAMES[range]}
          </Link>
        ))}
      </nav>
      {data && <Happened tenant={tenant.slug} overview={data} />}
    </Page>
  );
}
