import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import type { SessionOut } from "../../api/generated/types.gen";
import { sessionQuery } from "../../api/account/session";

/** A path of our own site; anything else could send a fresh session to a stranger. */
const isOurs = (path: string) => path.startsWith("/") && !path.startsWith("//") && !path.startsWith("/\\");

// These belong to the server, not to the dashboard's router: consent for an agent is the usual one.
const isServers = (path: string) => /^\/(oauth|api|t|\.well-known)(\/|\?|$)/.test(path);

/** What happens once somebody has signed in or up. */
export function useEnter(next: string | undefined) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  return async (session: SessionOut) => {
    queries.clear();
    queries.setQueryData(sessionQuery.queryKey, session);
    if (next && isOurs(next) && isServers(next)) {
      window.location.assign(next);
    } else if (next && isOurs(next)) {
      await navigate({ href: next });
    } else {
      await navigate({ to: "/" });
    }
  };
}
