import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { may } from "../../api/permissions";
import { auditQuery } from "../../api/settings/audit";
import { ListPage } from "../../components/lists/ListPage";
import { ListPanel } from "../../components/lists/ListPanel";
import { Pager } from "../../components/Pager";
import { useTenant } from "../../components/useTenant";
import type { Columns } from "../../ui/Table";
import { Time } from "../../ui/Time";
import { words } from "../../ui/format";

const route = getRouteApi("/tenants/$tenant/settings/$section");
const COLUMNS: Columns = [["No.", "end"], "What", "Subject", "Who", "When", "Chained as"];

/** `version.approved` as a person says it. */
const said = (action: string) => words(action.replaceAll(".", " "));

export function AuditSection() {
  const { tenant } = useTenant();
  const { cursor } = route.useSearch();
  const navigate = route.useNavigate();
  const reason = may(tenant, "audit:read");
  const { data, error } = useQuery({ ...auditQuery(tenant.slug, cursor), enabled: reason === null });
  return (
    <ListPage
      title="Audit trail"
      lead="Each record carries the hash of the one before it: none can be changed or taken out unnoticed, and the chain can be verified offline."
      reason={reason}
      error={error}
    >
      {data && (
        <ListPanel
          items={data.items}
          label="Audit trail"
          columns={COLUMNS}
          renderRow={(event) => (
            <tr key={event.seq}>
              <td data-align="end">{event.seq}</td>
              <td>{said(event.action)}</td>
              <td>
                <code>{event.subject}</code>
              </td>
              <td>{event.actor.label}</td>
              <td>
                <Time iso={event.created_at} />
              </td>
              <td>
                <code title={event.hash}>{event.hash.slice(0, 12)}</code>
              </td>
            </tr>
          )}
        >
          <Pager
            cursor={cursor}
            nextCursor={data.next_cursor}
            onPage={(next) => navigate({ search: { cursor: next } })}
          />
        </ListPanel>
      )}
    </ListPage>
  );
}
