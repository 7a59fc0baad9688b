import { Tabs } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { Page } from "../../ui/Page";
import { Effects } from "./Effects";
import { Values } from "./Values";

const route = getRouteApi("/tenants/$tenant/settings/$section");

/** What tools have saved. Each part has what is looked for in the address. */
export function SavedDataSection() {
  const { show = "values" } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <Page
      title="Saved data"
      lead="What tools remember from one call to the next. Whoever changes it here stands in the audit trail; the trail keeps its size and hash, and never the value."
    >
      <Tabs
        value={show}
        keepMounted={false}
        onChange={(next) => navigate({ search: { show: next === "ledger" ? "ledger" : undefined }, replace: true })}
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="values">Values</Tabs.Tab>
          <Tabs.Tab value="ledger">Ledger</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="values">
          <Values />
        </Tabs.Panel>
        <Tabs.Panel value="ledger">
          <Effects />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
