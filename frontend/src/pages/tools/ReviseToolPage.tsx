import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { stringify } from "yaml";
import { type Fields } from "../../api/fields.ts";
import { entriesQuery } from "../../api/runs/journal";
import { runQuery } from "../../api/runs/runs";
import { reviseTool, toolQuery } from "../../api/tools/tools";
import { exampleOf } from "../../components/runs/exampleOf";
import { ToolCrumb } from "../../components/tools/ToolCrumb";
import { useTenant } from "../../components/useTenant";
import { SpecForm } from "../../forms/spec/SpecForm";
import { Note, ProblemNote } from "../../ui/Note";
import { Page } from "../../ui/Page";

const route = getRouteApi("/tenants/$tenant/tools/$name/spec");

const withExample = (spec: Fields, example: Fields): Fields => ({
  ...spec,
  examples: [...(Array.isArray(spec.examples) ? spec.examples : []), example],
});

export default function ReviseToolPage() {
  const { tenant } = useTenant();
  const { name } = route.useParams();
  const navigate = route.useNavigate();
  const queries = useQueryClient();
  const { like } = route.useSearch();
  const { data: tool, error } = useQuery(toolQuery(tenant.slug, name));
  const run = useQuery({ ...runQuery(tenant.slug, like ?? ""), enabled: like !== undefined });
  const journal = useQuery({ ...entriesQuery(tenant.slug, like ?? ""), enabled: like !== undefined });
  const isReady = tool && (like === undefined || run.isError || (run.data && !journal.isPending));
  return (
    <Page
      title="Revise the spec"
      lead="Versions keep the spec they were made for. The next version is made for this one, checked against it, and approved with it."
      crumbs={<ToolCrumb name={name} />}
    >
      <ProblemNote error={error ?? run.error ?? journal.error} />
      {run.data && isReady && (
        <Note tone="warn" title="The last example is the run.">
          What came of it is what happened. If that was wrong, say what should have come: the next version is checked
          against it.
        </Note>
      )}
      {isReady && (
        <SpecForm
          of={like === undefined ? tool.name : `${tool.name} ${like}`}
          key={tool.name}
          initial={stringify(run.data ? withExample(tool.spec, exampleOf(run.data, journal.data?.items ?? [])) : tool.spec)}
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
