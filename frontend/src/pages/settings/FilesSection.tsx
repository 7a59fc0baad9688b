import { TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import { may } from "../../api/permissions";
import { fileUrl, filesQuery, removeFile } from "../../api/settings/files";
import { ListPage } from "../../components/lists/ListPage";
import { ListPanel } from "../../components/lists/ListPanel";
import { RowAction } from "../../components/lists/RowAction";
import { useList } from "../../components/lists/useList";
import { useTenant } from "../../components/useTenant";
import { PutFile } from "../../forms/settings/PutFile";
import { Empty, Panel } from "../../ui/Page";
import { ACTIONS, type Columns } from "../../ui/Table";
import { bytes } from "../../ui/format";

const COLUMNS: Columns = ["Path", ["Size", "end"], ACTIONS];

export function FilesSection() {
  const { tenant } = useTenant();
  const [prefix, setPrefix] = useState("");
  const [asked] = useDebouncedValue(prefix.trim(), 250);
  const files = useList(filesQuery(tenant.slug, asked), (path: string) => removeFile(tenant.slug, path));
  return (
    <ListPage
      title="Files"
      lead="What tools have written, and what they read. A tool reaches only the paths that it was approved for."
      error={files.error}
    >
      <Panel title="Put a file there">
        <PutFile onPut={files.refresh} />
      </Panel>
      <ListPanel
        items={files.items}
        label="Files"
        columns={COLUMNS}
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
        empty={
          <Empty title={asked ? `Nothing begins with ${asked}` : "No files yet"}>
            In a tool, <code>files.write("reports/july.csv", ...)</code> makes one.
          </Empty>
        }
        renderRow={(file) => (
          <tr key={file.path}>
            <td>
              <a href={fileUrl(tenant.slug, file.path)} download>
                <code>{file.path}</code>
              </a>
            </td>
            <td data-align="end">{bytes(file.size)}</td>
            <td data-align="end">
              <RowAction
                verb="Remove"
                to={file.path}
                ask="Its contents are deleted. Tools that read it will not find it any more."
                reason={may(tenant, "data:write")}
                onClick={() => files.remove(file.path)}
              />
            </td>
          </tr>
        )}
      />
    </ListPage>
  );
}
