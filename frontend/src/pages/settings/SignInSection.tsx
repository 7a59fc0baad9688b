import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { may } from "../../api/permissions";
import { providersQuery, removeProvider } from "../../api/settings/providers";
import { useTenant } from "../../components/useTenant";
import { PutProvider } from "../../forms/settings/PutProvider";
import { CopyLine } from "../../ui/Copy";
import { Note, ProblemNote } from "../../ui/Note";
import { Empty, Page, Panel } from "../../ui/Page";
import { ReasonButton } from "../../ui/ReasonButton";
import { ACTIONS, type Columns, Table } from "../../ui/Table";
import { Time } from "../../ui/Time";

const COLUMNS: Columns = ["Provider", "Issuer", "Vouches for", "Newcomers", ["Set", "end"], ACTIONS];

export function SignInSection() {
  const { tenant } = useTenant();
  const queries = useQueryClient();
  const [chosen, choose] = useState<string | null>(null);
  // A form that was sent is replaced by an empty one.
  const [put, countPut] = useState(0);
  const reason = may(tenant, "tenant:manage");
  const providers = useQuery({ ...providersQuery(tenant.slug), enabled: reason === null });
  const refresh = () => queries.invalidateQueries({ queryKey: [tenant.slug, "identity-providers"] });
  const remove = useMutation({
    mutationFn: (name: string) => removeProvider(tenant.slug, name),
    onSettled: refresh,
  });
  const known = providers.data?.items.find((provider) => provider.name === chosen);
  return (
    <Page
      title="Sign-in"
      lead="People can sign in by your own OpenID Connect provider. Its word counts in this tenant only, and removing it signs out whom it signed in."
    >
      {reason && <Note tone="warn" title={reason} />}
      <ProblemNote error={providers.error ?? remove.error} />
      {providers.data && (
        <Panel flush>
          {providers.data.items.length === 0 ? (
            <Empty title="Passwords only">Members sign in with the password they signed up with.</Empty>
          ) : (
            <Table label="Identity providers" columns={COLUMNS}>
              {providers.data.items.map((provider) => (
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
                    <Button
                      size="compact-xs"
                      variant="default"
                      aria-label={`Change ${provider.title}`}
                      onClick={() => choose(chosen === provider.name ? null : provider.name)}
                    >
                      Change
                    </Button>{" "}
                    <ReasonButton
                      size="compact-xs"
                      reason={reason}
                      aria-label={`Remove ${provider.title}`}
                      onClick={() => remove.mutate(provider.name)}
                    >
                      Remove
                    </ReasonButton>
                  </td>
                </tr>
              ))}
            </Table>
          )}
        </Panel>
      )}
      {providers.data && providers.data.items.length > 0 && (
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
            await refresh();
          }}
        />
      </Panel>
    </Page>
  );
}
