import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { browsersQuery, endBrowser, endOtherBrowsers } from "../../api/account/account";
import { ProblemNote } from "../../ui/Note";
import { Panel } from "../../ui/Page";
import { ACTIONS, type Columns, Table } from "../../ui/Table";
import { Time } from "../../ui/Time";
import { AskButton } from "../../ui/dialogs/AskButton";

const COLUMNS: Columns = ["Browser", "Network", "Second factor", "Signed in", "Last used", ACTIONS];

/** The browser's own name out of the long line that it sends. */
const nameOf = (agent: string) =>
  /(Edg|OPR|Firefox|Chrome|Safari)\/[\d.]+/.exec(agent)?.[0].split(".")[0]?.replace("/", " ") ??
  (agent.slice(0, 40) || "unknown");

export function BrowsersPanel() {
  const queries = useQueryClient();
  const browsers = useQuery(browsersQuery);
  const refresh = () => queries.invalidateQueries({ queryKey: browsersQuery.queryKey });
  const end = useMutation({ mutationFn: endBrowser, onSettled: refresh });
  const endOthers = useMutation({ mutationFn: endOtherBrowsers, onSettled: refresh });
  const others = browsers.data?.items.filter((one) => !one.is_this) ?? [];
  return (
    <Panel
      title="Where you are signed in"
      flush
      aside={
        others.length > 0 && (
          <AskButton
            size="compact-sm"
            reason={null}
            loading={endOthers.isPending}
            question={{
              title: "Sign out all other browsers?",
              what: `${others.length === 1 ? "The one other" : `The ${others.length} others`} must log in again. This browser stays signed in.`,
              yes: "Sign out",
            }}
            onYes={() => endOthers.mutate()}
          >
            Sign out all others
          </AskButton>
        )
      }
    >
      <ProblemNote error={browsers.error ?? end.error ?? endOthers.error} />
      <Table label="Browsers" columns={COLUMNS}>
        {browsers.data?.items.map((one) => (
          <tr key={one.id}>
            <td title={one.user_agent}>{nameOf(one.user_agent)}</td>
            <td>
              <code>{one.network || "unknown"}</code>
            </td>
            <td>{one.second_factor ? "shown" : "none"}</td>
            <td>
              <Time iso={one.created_at} />
            </td>
            <td>
              <Time iso={one.last_seen_at} />
            </td>
            <td data-align="end">
              {one.is_this ? (
                "this browser"
              ) : (
                <AskButton
                  size="compact-xs"
                  reason={null}
                  question={{
                    title: `Sign out ${nameOf(one.user_agent)}?`,
                    what: "Whoever uses it has to log in again.",
                    yes: "Sign out",
                  }}
                  onYes={() => end.mutate(one.id)}
                >
                  Sign out
                </AskButton>
              )}
            </td>
          </tr>
        ))}
      </Table>
    </Panel>
  );
}
