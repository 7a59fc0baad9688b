import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { stringify } from "yaml";
import { submitTool } from "../../api/tools/tools";
import { useTenant } from "../../components/useTenant";
import { DraftSpec } from "../../forms/tools/DraftSpec";
import { SpecForm } from "../../forms/spec/SpecForm";
import { STARTER } from "../../forms/tools/starters";
import { Page, Panel } from "../../ui/Page";

export default function NewToolPage() {
  const { tenant } = useTenant();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [initial, setInitial] = useState(STARTER);
  return (
    <Page
      title="New tool"
      lead="A spec says what the tool must do and what it may reach. It is what every version of the code is checked against, so it comes first."
      crumbs={
        <Link to="/tenants/$tenant/tools" params={{ tenant: tenant.slug }}>
          Tools
        </Link>
      }
    >
      <Panel title="Start from words">
        <DraftSpec onDraft={(spec) => setInitial(stringify(spec))} />
      </Panel>
      <SpecForm
        of="a new tool"
        key={initial}
        initial={initial}
        submitLabel="Submit spec"
        send={(spec) => submitTool(tenant.slug, spec)}
        onSaved={async (tool) => {
          await queries.invalidateQueries({ queryKey: [tenant.slug, "tools"] });
          await navigate({
            to: "/tenants/$tenant/tools/$name/versions/new",
            params: { tenant: tenant.slug, name: tool.name },
          });
        }}
      />
    </Page>
  );
}
