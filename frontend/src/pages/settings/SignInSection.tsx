import { useState } from "react";
import { may } from "../../api/permissions";
import { providersQuery, removeProvider } from "../../api/settings/providers";
import { ListPage } from "../../components/lists/ListPage";
import { ListPanel } from "../../components/lists/ListPanel";
import { RowAction } from "../../components/lists/RowAction";
import { useList } from "../../components/lists/useList";
import { useTenant } from "../../components/useTenant";
import { PutProvider } from "../../forms/settings/PutProvider";
import { CopyLine } from "../../ui/Copy";
import { Empty, Panel } from "../../ui/Page";
import { ACTIONS, type Columns } from "../../ui/Table";
import { Time } from "../../ui/Time";

const COLUMNS: Columns = ["Provider", "Issuer", "Vouches for", "Newcomers", ["Set", "end"], ACTIONS];

export function SignInSection() {
  const { tenant } = useTenant();
  const [chosen, choose] = useState<string | null>(null);
  // A form that was sent is replaced by an empty one.
  const [put, countPut] = useState(0);
  const reason = may(tenant, "tenant:manage");
  const providers = useList({ ...providersQuery(tenant.slug), enabled: reason === null }, (name: string) =>
    removeProvider(tenant.slug, name),
  );
  const known = providers.items?.find((provider) => provider.name === chosen);
  return (
    <ListPage
      title="Sign-in"
      lead="People can sign in by your own OpenID Connect provider. Its word counts in this tenant only, and removing it signs out whom it signed in."
      reason={reason}
      error={providers.error}
    >
      {providers.items && (
        <ListPanel
          items={providers.items}
          label="Identity providers"
          columns={COLUMNS}
          empty={<Empty title="Passwords only">Members sign in with the password they signed up with.</Empty>}
          renderRow={(provider) => (
            <tr key={provider.name}>
              <td>{provider.title}</td>
              <td>
                <code>{provider.issuer}</code>
              </td>
              <td>{provider.email_domains.join(", ")}</td>
              <td>{provider.newcomer_role ?? "members only"}</td>
              <td data-align="end">
                <Time iso={provider.updated_at} />
              </td>
              <td data-align="end">
                <RowAction
                  verb="Change"
                  to={provider.title}
                  onClick={() => choose(chosen === provider.name ? null : provider.name)}
                />{" "}
                <RowAction
                  verb="Remove"
                  to={provider.title}
                  ask="Everybody whom it signed in is signed out at once, and can sign in by it no more."
                  reason={reason}
                  onClick={() => providers.remove(provider.name)}
                />
              </td>
            </tr>
          )}
        />
      )}
      {providers.items && providers.items.length > 0 && (
        <Panel title="The link for your people">
          <CopyLine label="Sign-in link" value={`${window.location.origin}/t/${tenant.slug}/sign-in`} />
        </Panel>
      )}
      <Panel title={known ? `Change ${known.title}` : "Set up a provider"}>
        <PutProvider
          key={known?.name ?? `new-${put}`}
          known={known}
          onPut={async () => {
            choose(null);
            countPut(put + 1);
            await providers.refresh();
          }}
        />
      </Panel>
    </ListPage>
  );
}
