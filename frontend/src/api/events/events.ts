import { type QueryClient, type QueryKey, useQueryClient } from "@tanstack/react-query";
import { notifications } from "@mantine/notifications";
import { useEffect } from "react";
import type { RunDetail } from "../generated/types.gen";
import { type Live, liveKey, withGate, withGeneration } from "./live";
import { followEvents } from "./stream";

type Told = Record<string, unknown>;

// A tenant may have hundreds of runs a second; its pages look again a few times a second at most.
const CALM_MS = 400;

/** Collects what is out of date and refetches it once in a while. */
class Refresher {
  private readonly stale = new Map<string, QueryKey>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly queries: QueryClient;
  private readonly flushed = () => this.flush();

  constructor(queries: QueryClient) {
    this.queries = queries;
  }

  add(...key: string[]) {
    this.stale.set(key.join(" "), key);
    this.timer ??= setTimeout(this.flushed, CALM_MS);
  }

  stop() {
    clearTimeout(this.timer);
    document.removeEventListener("visibilitychange", this.flushed);
  }

  private flush() {
    if (document.visibilityState === "hidden") {
      // Nobody looks: once somebody does, it is asked for what has come together.
      document.addEventListener("visibilitychange", this.flushed, { once: true });
      return;
    }
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
    stale.add(tenant, "overview");
  } else {
    stale.add(tenant);
  }
}

/** Keeps every page of the tenant fresh for as long as the caller is mounted. */
export function useTenantEvents(tenant: string) {
  const queries = useQueryClient();
  useEffect(() => {
    const stale = new Refresher(queries);
    const stop = followEvents(tenant, (kind, data) => handle(queries, stale, tenant, kind, told(data)));
    return () => {
      stop();
      stale.stop();
    };
  }, [queries, tenant]);
}
