import { TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { may } from "../../api/permissions";
import { fileUrl, filesQuery, removeFile } from "../../api/settings/files";
import { useTenant } from "../../components/useTenant";
import { PutFile } from "../../forms/settings/PutFile";
import { ProblemNote } from "../../ui/Note";
import { Empty, Page, Panel } from "../../ui/Page";
import { ReasonButton } from "../../ui/ReasonButton";
import { ACTIONS, type Columns, Table } from "../../ui/Table";
import { bytes } from "../../ui/format";

const COLUMNS: Columns = ["Path", ["Size", "end"], ACTIONS];

export function FilesSection() {
  const { tenant } = useTenant();
  const queries = useQueryClient();
  const [prefix, setPrefix] = useState("");
  const [asked] = useDebouncedValue(prefix.trim(), 250);
  const files = useQuery(filesQuery(tenant.slug, asked));
  const refresh = () => queries.invalidateQueries({ queryKey: [tenant.slug, "files"] });
  const remove = useMutation({
    mutationFn: (path: string) => removeFile(tenant.slug, path),
    onSettled: refresh,
  });
  return (
    <Page
      title="Files"
      lead="What tools have written, and what they read. A tool reaches only the paths that it was approved for."
    >
      <ProblemNote error={files.error ?? remove.error} />
      <Panel title="Put a file there">
        <PutFile onPut={refresh} />
      </Panel>
      <Panel
        bar={
          <TextInput
            aria-label="Paths that begin with"
            placeholder="Paths that begin with…"
            size="xs"
            w={260}
            value={prefix}
            onChange={(event) => setPrefix(event.currentTarget.value)}
          />
        }
        flush
      >
        {files.data?.items.length === 0 ? (
          <Empty title={asked ? `Nothing begins with ${asked}` : "No files yet"}>
            In a tool, <code>files.write("reports/july.csv", ...)</code> makes one.
          </Empty>
        ) : (
          <Table label="Files" columns={COLUMNS}>
            {files.data?.items.map((file) => (
              <tr key={file.path}>
                <td>
                  <a href={fileUrl(tenant.slug, file.path)} download>
                    <code>{file.path}</code>
                  </a>
                </td>
                <td data-align="end">{bytes(file.size)}</td>
                <td data-align="end">
                  <ReasonButton
                    size="compact-xs"
                    reason={may(tenant, "data:write")}
                    aria-label={`Remove ${file.path}`}
                    onClick={() => remove.mutate(file.path)}
                  >
                    Remove
                  </ReasonButton>
                </td>
              </tr>
            ))}
          </Table>
        )}
      </Panel>
    </Page>
  );
}
