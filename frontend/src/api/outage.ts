import { useSyncExternalStore } from "react";

const LOOK_EVERY_MS = 2_000;
const channel = new BroadcastChannel("sealwright outage");
const listeners = new Set<() => void>();
let isAway = false;
let looking: ReturnType<typeof setTimeout> | undefined;

function set(away: boolean) {
  if (isAway !== away) {
    isAway = away;
    for (const listener of listeners) {
      listener();
    }
  }
}

/** The server was not reached: all tabs say so, and this one asks until it answers. */
export function noteAway() {
  if (!isAway) {
    tell(true);
  }
  set(true);
  looking ??= setTimeout(() => void lookForServer(), LOOK_EVERY_MS);
}

/** Something that is read all the time has ended: looks once whether the server is there. */
export async function lookForServer() {
  clearTimeout(looking);
  looking = undefined;
  try {
    await fetch("/livez", { cache: "no-store" });
  } catch {
    noteAway();
    return;
  }
  if (isAway) {
    tell(false);
  }
  set(false);
}

function tell(away: boolean) {
  // The rule takes it for a window: a channel is of one origin anyhow.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  channel.postMessage(away);
}

channel.addEventListener("message", ({ data }: MessageEvent<boolean>) => (data ? noteAway() : void lookForServer()));
window.addEventListener("offline", noteAway);
window.addEventListener("online", () => void lookForServer());

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

/** Whether the server is out of reach, as far as this browser knows. */
export const useOutage = () => useSyncExternalStore(subscribe, () => isAway);

/** Does something each time the server is back; returns how to stop. */
export function onReturn(act: () => void): () => void {
  let was = isAway;
  return subscribe(() => {
    if (was && !isAway) {
      act();
    }
    was = isAway;
  });
}
