import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { stringify } from "yaml";
import { reviseTool, toolQuery } from "../../api/tools/tools";
import { ToolCrumb } from "../../components/tools/ToolCrumb";
import { useTenant } from "../../components/useTenant";
import { SpecForm } from "../../forms/tools/SpecForm";
import { ProblemNote } from "../../ui/Note";
import { Page } from "../../ui/Page";

const route = getRouteApi("/tenants/$tenant/tools/$name/spec");

export default function ReviseToolPage() {
  const { tenant } = useTenant();
  const { name } = route.useParams();
  const navigate = route.useNavigate();
  const queries = useQueryClient();
  const { data: tool, error } = useQuery(toolQuery(tenant.slug, name));
  return (
    <Page
      title="Revise the spec"
      lead="Versions keep the spec they were made for. The next version is made for this one, checked against it, and approved with it."
      crumbs={<ToolCrumb name={name} />}
    >
      <ProblemNote error={error} />
      {tool && (
        <SpecForm
          key={tool.name}
          initial={stringify(tool.spec)}
          submitLabel="Save spec"
          send={(spec) => reviseTool(tenant.slug, name, spec)}
          onSaved={async () => {
            await queries.invalidateQueries({ queryKey: [tenant.slug, "tools"] });
            await navigate({ to: "/tenants/$tenant/tools/$name", search: { tab: "spec" } });
          }}
        />
      )}
    </Page>
  );
}
