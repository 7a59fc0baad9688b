import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { getApiV1TenantsByTenantEvents } from "./generated/sdk.gen";

// An event only says that something moved; what it is now, the queries ask the server.
function refresh(queries: QueryClient, tenant: string, kind: string) {
  const noun = kind.split(".")[0];
  if (noun === "run") {
    void queries.invalidateQueries({ queryKey: [tenant, "runs"] });
  } else if (noun === "version" || noun === "tool") {
    void queries.invalidateQueries({ queryKey: [tenant, "tools"] });
  } else {
    void queries.invalidateQueries({ queryKey: [tenant] });
  }
}

/** Keeps every page of the tenant fresh for as long as the caller is mounted. */
export function useTenantEvents(tenant: string) {
  const queries = useQueryClient();
  useEffect(() => {
    const stop = new AbortController();
    async function follow() {
      const { stream } = await getApiV1TenantsByTenantEvents({
        path: { tenant },
        signal: stop.signal,
        onSseEvent: (event) => refresh(queries, tenant, event.event ?? ""),
        sseMaxRetryDelay: 30_000,
      });
      // The stream is pulled for its callbacks; reading it to its end keeps it open.
      for await (const _ of stream);
    }
    follow().catch(() => undefined); // the queries' own polling goes on without a stream
    return () => stop.abort();
  }, [queries, tenant]);
}
