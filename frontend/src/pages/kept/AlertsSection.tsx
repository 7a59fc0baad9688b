import { Switch } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { AlertChange, AlertOut } from "../../api/generated/types.gen";
import { may } from "../../api/permissions";
import { alertsQuery, askForLetters, changeAlert, removeAlert } from "../../api/settings/alerts";
import { ListPage } from "../../components/lists/ListPage";
import { ListPanel } from "../../components/lists/ListPanel";
import { RowAction } from "../../components/lists/RowAction";
import { lastOf, saidOf } from "../../components/settings/alertKinds";
import { useTenant } from "../../components/useTenant";
import { SetAlert } from "../../forms/kept/SetAlert";
import { Empty, Panel } from "../../ui/Page";
import { ACTIONS, type Columns } from "../../ui/Table";
import { Time } from "../../ui/Time";
import { Icon } from "../../ui/marks/icons";
import styles from "./Kept.module.css";

const COLUMNS: Columns = ["Told when", "Now", "Letters", ACTIONS];

/** What people want to hear of once it begins, and once it is over. */
export function AlertsSection() {
  const { tenant } = useTenant();
  const queries = useQueryClient();
  const { data, error } = useQuery(alertsQuery(tenant.slug));
  const refresh = () => queries.invalidateQueries({ queryKey: [tenant.slug, "alerts"] });
  const change = useMutation({
    meta: { said: "The alert is changed." },
    mutationFn: ({ id, ...body }: AlertChange & { id: string }) => changeAlert(tenant.slug, id, body),
    onSettled: refresh,
  });
  const letters = useMutation({
    meta: { said: "It is noted whether letters are written to you." },
    mutationFn: ({ id, wanted }: { id: string; wanted: boolean }) => askForLetters(tenant.slug, id, wanted),
    onSettled: refresh,
  });
  const removal = useMutation({
    meta: { said: "The alert is removed." },
    mutationFn: (id: string) => removeAlert(tenant.slug, id),
    onSettled: refresh,
  });
  const reason = may(tenant, "tenant:manage");
  return (
    <ListPage
      title="Alerts"
      lead="Each is told of once when it begins and once when it is over: by letter to whoever asks, and to the webhooks that want to hear of alerts."
      error={error ?? change.error ?? letters.error ?? removal.error}
    >
      <ListPanel
        items={data?.items}
        label="Alerts"
        columns={COLUMNS}
        empty={
          <Empty title="No alerts yet">
            Set one below, and have <Webhooks /> told too.
          </Empty>
        }
        renderRow={(alert) => (
          <tr key={alert.id}>
            <td className={styles.long}>
              {saidOf(alert)} <span className={styles.quiet}>· set by {alert.created_by.label}</span>
            </td>
            <td>
              <Standing alert={alert} />
            </td>
            <td>
              <Switch
                size="xs"
                aria-label={`Letters to me when ${saidOf(alert)}`}
                label={alert.letters === 0 ? "to nobody" : alert.letters === 1 ? "to one person" : `to ${alert.letters} people`}
                checked={alert.letters_to_me}
                disabled={data?.writes_letters !== true}
                onChange={(event) => letters.mutate({ id: alert.id, wanted: event.currentTarget.checked })}
              />
            </td>
            <td data-align="end">
              <RowAction
                verb={alert.active ? "Pause" : "Go on"}
                to={`when ${saidOf(alert)}`}
                reason={reason}
                onClick={() => change.mutate({ id: alert.id, active: !alert.active })}
              />{" "}
              <RowAction
                verb="Remove"
                to={`when ${saidOf(alert)}`}
                ask="Nobody is told of it any more, and it has to be set anew."
                reason={reason}
                onClick={() => removal.mutate(alert.id)}
              />
            </td>
          </tr>
        )}
      />
      {data && (
        <Panel title="Set an alert">
          <SetAlert writesLetters={data.writes_letters} onSet={refresh} />
        </Panel>
      )}
    </ListPage>
  );
}

function Webhooks() {
  const { tenant } = useTenant();
  return (
    <Link to="/tenants/$tenant/settings/$section" params={{ tenant: tenant.slug, section: "webhooks" }}>
      webhooks
    </Link>
  );
}

function Standing({ alert }: { alert: AlertOut }) {
  if (!alert.active) {
    return <span className={styles.quiet}>paused</span>;
  }
  if (alert.fired_at === null) {
    return <span className={styles.quiet}>quiet</span>;
  }
  return (
    <strong className={styles.fires}>
      <Icon name="warn" size={14} /> since <Time iso={alert.fired_at} />, at {lastOf(alert)}
    </strong>
  );
}
