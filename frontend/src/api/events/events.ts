import { type QueryClient, type QueryKey, useQueryClient } from "@tanstack/react-query";
import { notifications } from "@mantine/notifications";
import { useEffect } from "react";
import { getApiV1TenantsByTenantEvents } from "../generated/sdk.gen";
import type { RunDetail } from "../generated/types.gen";
import { type Live, liveKey, withGate, withGeneration } from "./live";

type Told = Record<string, unknown>;

// A tenant may have hundreds of runs a second; its pages look again a few times a second at most.
const CALM_MS = 400;
const RECONNECT_MS = 3_000;

/** Collects what is out of date and refetches it once in a while. */
class Refresher {
  private readonly stale = new Map<string, QueryKey>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly queries: QueryClient;

  constructor(queries: QueryClient) {
    this.queries = queries;
  }

  add(...key: string[]) {
    this.stale.set(key.join(" "), key);
    this.timer ??= setTimeout(() => this.flush(), CALM_MS);
  }

  stop() {
    clearTimeout(this.timer);
  }

  private flush() {
    const keys = [...this.stale.values()];
    this.stale.clear();
    this.timer = undefined;
    for (const queryKey of keys) {
      void this.queries.invalidateQueries({ queryKey });
    }
  }
}

const told = (data: unknown): Told => (typeof data === "object" && data !== null ? (data as Told) : {});

function tellVersion(
  queries: QueryClient,
  tenant: string,
  data: Told,
  change: (live: Live, data: Told) => Live,
) {
  if (typeof data.tool === "string" && typeof data.version === "number") {
    queries.setQueryData<Live>(liveKey(tenant, data.tool, data.version), (live) =>
      change(live ?? { gates: [] }, data),
    );
  }
}

function tellRun(queries: QueryClient, tenant: string, data: Told) {
  const { run, progress } = data;
  queries.setQueryData<RunDetail>(
    [tenant, "runs", run],
    (now) => now && { ...now, progress: told(progress) },
  );
}

/** Nobody asked for it, so whoever is here is told, on whatever page. */
function tellTakenBack({ tool, version, back_to: before }: Told) {
  notifications.show({
    color: "red",
    autoClose: false,
    title: `${String(tool)}: version ${String(version)} was taken back`,
    message: `It failed more often than version ${String(before)}, which serves every call again.`,
  });
}

/** Some events carry news to be shown as they are; the others say that something moved, and the queries ask what. */
function handle(queries: QueryClient, stale: Refresher, tenant: string, kind: string, data: Told) {
  switch (kind) {
    case "version.gate":
      return tellVersion(queries, tenant, data, withGate);
    case "version.generating":
      return tellVersion(queries, tenant, data, withGeneration);
    case "run.progress":
      return tellRun(queries, tenant, data);
    case "version.rolled_back":
      tellTakenBack(data);
  }
  const noun = kind.split(".")[0];
  if (noun === "run") {
    stale.add(tenant, "runs");
  } else if (noun === "version" || noun === "tool" || noun === "catalog") {
    stale.add(tenant, "tools");
  } else {
    stale.add(tenant);
  }
}

/** Keeps every page of the tenant fresh for as long as the caller is mounted. */
export function useTenantEvents(tenant: string) {
  const queries = useQueryClient();
  useEffect(() => {
    const stop = new AbortController();
    const stale = new Refresher(queries);
    let again: ReturnType<typeof setTimeout>;
    async function follow() {
      const { stream } = await getApiV1TenantsByTenantEvents({
        path: { tenant },
        signal: stop.signal,
        // A keep-alive has no name.
        onSseEvent: ({ event, data }) => event && handle(queries, stale, tenant, event, told(data)),
        sseMaxRetryDelay: 30_000,
      });
      // The stream is pulled for its callbacks; reading it to its end keeps it open.
      for await (const _ of stream);
      // The server ended it, to restart perhaps. Lost connections are retried by the stream itself.
      if (!stop.signal.aborted) {
        again = setTimeout(follow, RECONNECT_MS);
      }
    }
    void follow();
    return () => {
      stop.abort();
      clearTimeout(again);
      stale.stop();
    };
  }, [queries, tenant]);
}
