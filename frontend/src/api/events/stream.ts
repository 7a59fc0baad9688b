import { getApiV1TenantsByTenantEvents } from "../generated/sdk.gen";
import { lookForServer } from "../outage";
import { Place } from "./place";

/** An event as it is passed on; one without a kind says only how far its teller is. */
export type TenantEvent = { id: string; kind?: string; data?: unknown };

const RECONNECT_MS = 3_000;
const RECONNECT_MAX_MS = 30_000;
// Whoever looks at another tab for a moment keeps the stream.
const HIDDEN_MS = 10_000;

const ASKING = "where are we?";

// One connection after the other is the point.
/* oxlint-disable no-await-in-loop */
/** Reads the server's stream until `signal`, from where `place` is; opens it again when it ends or breaks. */
async function read(tenant: string, place: Place, signal: AbortSignal, hear: (event: TenantEvent) => void) {
  let wait = RECONNECT_MS;
  while (!signal.aborted) {
    const { stream } = await getApiV1TenantsByTenantEvents({
      path: { tenant },
      headers: place.last === undefined ? undefined : { "last-event-id": place.last },
      signal,
      onSseEvent: ({ id, event, data }) => {
        wait = RECONNECT_MS;
        // What has no id is a sign of life.
        if (id !== undefined) {
          hear({ id, kind: event, data });
        }
      },
      // Tried again here, where a signal ends the wait.
      sseMaxRetryAttempts: 1,
    });
    // The stream is pulled for its callbacks; reading it to its end keeps it open.
    for await (const _ of stream);
    if (!signal.aborted) {
      void lookForServer();
    }
    await pause(wait, signal);
    wait = Math.min(wait * 2, RECONNECT_MAX_MS);
  }
}
/* oxlint-enable no-await-in-loop */

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    signal.addEventListener("abort", done);
    if (signal.aborted) {
      done();
    }
  });
}

/**
 * Does `work` while no other tab does, until `signal`. Where the browser has no locks (an address that is neither
 * HTTPS nor this machine) each tab that is looked at works for itself.
 */
async function inTurn(name: string, signal: AbortSignal, work: () => Promise<void>) {
  // Typed as always there; it is not.
  const locks = navigator.locks as LockManager | undefined;
  if (!locks) {
    return work();
  }
  try {
    await locks.request(name, { signal }, work);
  } catch (error) {
    // Who waited and is told to stop has nothing to say.
    if (!signal.aborted) {
      throw error;
    }
  }
}

/**
 * Follows a tenant's events, with one stream for all tabs of the browser: a browser opens six connections to a host,
 * and a tab that waits for a seventh is dead. The tab that has the stream tells the others. A tab that nobody looks
 * at gives it up, and whoever takes it goes on from the last event that was heard. Returns how to stop.
 */
export function followEvents(tenant: string, onEvent: (kind: string, data: unknown) => void): () => void {
  const name = `sealwright events of ${tenant}`;
  const channel = new BroadcastChannel(name);
  const place = new Place();
  let mine: AbortController | undefined;
  let isReading = false;
  let leaving: ReturnType<typeof setTimeout> | undefined;

  function tell(said: TenantEvent | typeof ASKING) {
    // The rule takes it for a window: a channel is of one origin anyhow.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    channel.postMessage(said);
  }
  function hear({ id, kind, data }: TenantEvent) {
    if (place.moveTo(id) && kind !== undefined) {
      onEvent(kind, data);
    }
  }
  channel.addEventListener("message", ({ data }: MessageEvent<TenantEvent | typeof ASKING>) => {
    if (data !== ASKING) {
      hear(data);
    } else if (isReading && place.last !== undefined) {
      tell({ id: place.last });
    }
  });

  function join() {
    if (mine) {
      return;
    }
    mine = new AbortController();
    const { signal } = mine;
    void inTurn(name, signal, async () => {
      isReading = true;
      await read(tenant, place, signal, (event) => {
        tell(event);
        hear(event);
      });
    });
  }
  function leave() {
    mine?.abort();
    mine = undefined;
    isReading = false;
  }
  function look() {
    clearTimeout(leaving);
    if (document.visibilityState === "visible") {
      join();
    } else {
      leaving = setTimeout(leave, HIDDEN_MS);
    }
  }

  /** A page that was kept or frozen meanwhile has heard nothing, and does not know of what. */
  function wake() {
    onEvent("events.missed", {});
    look();
  }
  const show = (event: PageTransitionEvent) => event.persisted && wake();

  // A page that is kept for the way back must hold nothing.
  window.addEventListener("pagehide", leave);
  window.addEventListener("pageshow", show);
  document.addEventListener("resume", wake);
  document.addEventListener("visibilitychange", look);
  tell(ASKING);
  look();
  return () => {
    clearTimeout(leaving);
    window.removeEventListener("pagehide", leave);
    window.removeEventListener("pageshow", show);
    document.removeEventListener("resume", wake);
    document.removeEventListener("visibilitychange", look);
    leave();
    channel.close();
  };
}
