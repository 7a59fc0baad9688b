import { useQuery } from "@tanstack/react-query";
import { tenantQuery } from "../../api/settings/tenant";
import { useTenant } from "../../components/useTenant";
import { ChangePolicy } from "../../forms/policy/ChangePolicy";
import { ProblemNote } from "../../ui/Note";
import { Page, Panel } from "../../ui/Page";

export function PolicySection() {
  const { tenant } = useTenant();
  const { data: page, error } = useQuery(tenantQuery(tenant.slug));
  return (
    <Page
      title="Policy"
      lead="What this tenant has decided for itself. Every default is the safe one; every change is in the audit trail."
    >
      <ProblemNote error={error} />
      {page && (
        <Panel>
          <ChangePolicy policy={page.policy} />
        </Panel>
      )}
    </Page>
  );
}
