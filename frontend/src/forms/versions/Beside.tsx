import { SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { stringify } from "yaml";
import { sdkQuery } from "../../api/tools/tools";
import type { ToolOut } from "../../api/generated/types.gen";
import { Code } from "../../components/code/Code";
import { ProblemNote } from "../../ui/Note";
import { Panel } from "../../ui/Page";

const PAGES = [
  { value: "spec", label: "Spec" },
  { value: "sdk", label: "SDK reference" },
];

/** What whoever writes a source has to read: what it must do, and what it can call. */
export function Beside({ tool }: { tool: ToolOut }) {
  const [page, setPage] = useState("spec");
  const { data: sdk, error } = useQuery({ ...sdkQuery, enabled: page === "sdk" });
  return (
    <Panel flush bar={<SegmentedControl size="xs" aria-label="Beside the source" data={PAGES} value={page} onChange={setPage} />}>
      <ProblemNote error={error} />
      {page === "spec" && <Code code={stringify(tool.spec)} language="yaml" label={`Spec of ${tool.name}`} />}
      {page === "sdk" && sdk && <Code code={sdk.text} language="python" label="SDK reference" />}
    </Panel>
  );
}
