import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { toolQuery } from "../../api/tools/tools";
import { versionQuery } from "../../api/tools/versions";
import { ToolCrumb } from "../../components/tools/ToolCrumb";
import { useTenant } from "../../components/useTenant";
import { SubmitVersion } from "../../forms/versions/SubmitVersion";
import { sourceStarter } from "../../forms/tools/starters";
import { ProblemNote } from "../../ui/Note";
import { Page } from "../../ui/Page";

const route = getRouteApi("/tenants/$tenant/tools/$name/versions/new");

export default function NewVersionPage() {
  const { tenant } = useTenant();
  const { name } = route.useParams();
  const { from } = route.useSearch();
  const { data: tool, error } = useQuery(toolQuery(tenant.slug, name));
  // Of a tool that serves, what serves: a newer one may have been rolled back, taken back or rejected.
  const start = from ?? tool?.live_version ?? tool?.last_version ?? 0;
  const last = useQuery({ ...versionQuery(tenant.slug, name, start), enabled: start > 0 });
  const isReady = tool && (start === 0 || last.data || last.isError);
  return (
    <Page
      title="New version"
      lead="It is built into a component and put through the gates at once. Nothing is served before a person approves it."
      crumbs={<ToolCrumb name={name} />}
    >
      <ProblemNote error={error} />
      {isReady && (
        <SubmitVersion
          tool={tool}
          initial={last.data?.source ?? sourceStarter(tool)}
          startedFrom={last.data?.source ? start : undefined}
        />
      )}
    </Page>
  );
}
