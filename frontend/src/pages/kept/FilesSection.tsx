import { Link, getRouteApi } from "@tanstack/react-router";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Fragment, Suspense, lazy, useState } from "react";
import type { StoredFileOut, SubfolderOut } from "../../api/generated/types.gen";
import { may } from "../../api/permissions";
import { fileUrl, folderQuery, removeFile } from "../../api/settings/files";
import { ListPage } from "../../components/lists/ListPage";
import { RowAction } from "../../components/lists/RowAction";
import { useTenant } from "../../components/useTenant";
import { PutFile } from "../../forms/kept/PutFile";
import { Empty, Panel } from "../../ui/Page";
import { ACTIONS, type Columns, Table } from "../../ui/Table";
import { Time } from "../../ui/Time";
import { bytes, count } from "../../ui/format";
import styles from "./Kept.module.css";

const FilePreview = lazy(() => import("../../components/kept/FilePreview"));
const route = getRouteApi("/tenants/$tenant/settings/$section");
const COLUMNS: Columns = ["Name", ["Size", "end"], "Written by", ["Changed", "end"], ACTIONS];

/** The folder that a path lies in: empty, or with a slash at its end. */
const folderOf = (path: string) => path.slice(0, path.lastIndexOf("/") + 1);

export function FilesSection() {
  const { tenant } = useTenant();
  const { folder = "" } = route.useSearch();
  const navigate = route.useNavigate();
  const queries = useQueryClient();
  const { data, error } = useQuery(folderQuery(tenant.slug, folder));
  const refresh = () => queries.invalidateQueries({ queryKey: [tenant.slug, "files"] });
  const removal = useMutation({
    meta: { said: "The file is removed." },
    mutationFn: (path: string) => removeFile(tenant.slug, path),
    onSettled: refresh,
  });
  const open = (path: string) => navigate({ search: { folder: path || undefined } });
  return (
    <ListPage
      title="Files"
      lead="What tools have written, and what they read. A tool reaches only the paths that it was approved for."
      error={error ?? removal.error}
    >
      <Panel title="Put a file there">
        <PutFile
          onPut={async (path) => {
            await refresh();
            await open(folderOf(path));
          }}
        />
      </Panel>
      <Panel bar={<Way folder={folder} />} flush>
        {data?.files.length === 0 && data.folders.length === 0 ? (
          <Empty title={folder ? "Nothing lies in this folder" : "No files yet"}>
            In a tool, <code>files.write("reports/july.csv", ...)</code> makes one.
          </Empty>
        ) : (
          <Table label="Files" columns={COLUMNS}>
            {data?.folders.map((one) => (
              <FolderRow key={one.path} folder={one} inside={folder} />
            ))}
            {data?.files.map((file) => (
              <FileRows key={file.path} file={file} onRemove={() => removal.mutate(file.path)} />
            ))}
          </Table>
        )}
        {data?.is_cut && (
          <p className={styles.more}>There are more files here than are listed. Ask for them over the API, by a longer prefix.</p>
        )}
      </Panel>
    </ListPage>
  );
}

/** Where one is, and the way back. */
function Way({ folder }: { folder: string }) {
  const { tenant } = useTenant();
  const parts = folder.split("/").filter(Boolean);
  const to = "/tenants/$tenant/settings/$section";
  const params = { tenant: tenant.slug, section: "files" };
  return (
    <nav aria-label="Folder" className={styles.path}>
      <Link to={to} params={params} search={{}}>
        All files
      </Link>
      {parts.map((part, at) => (
        <span key={parts.slice(0, at + 1).join("/")}>
          /{" "}
          <Link to={to} params={params} search={{ folder: `${parts.slice(0, at + 1).join("/")}/` }}>
            {part}
          </Link>
        </span>
      ))}
    </nav>
  );
}

function FolderRow({ folder, inside }: { folder: SubfolderOut; inside: string }) {
  const { tenant } = useTenant();
  return (
    <tr>
      <td className={styles.long}>
        <Link
          to="/tenants/$tenant/settings/$section"
          params={{ tenant: tenant.slug, section: "files" }}
          search={{ folder: folder.path }}
        >
          <code>{folder.path.slice(inside.length)}</code>
        </Link>
      </td>
      <td data-align="end">{bytes(folder.bytes)}</td>
      <td className={styles.quiet}>{folder.files === 1 ? "one file" : `${count(folder.files)} files`}</td>
      <td />
      <td />
    </tr>
  );
}

function FileRows({ file, onRemove }: { file: StoredFileOut; onRemove: () => void }) {
  const { tenant } = useTenant();
  const [isOpen, open] = useState(false);
  return (
    <Fragment>
      <tr>
        <td className={styles.long}>
          <a href={fileUrl(tenant.slug, file.path)} download>
            <code>{file.path.slice(folderOf(file.path).length)}</code>
          </a>
        </td>
        <td data-align="end">{bytes(file.size)}</td>
        <td>
          <Writer file={file} />
        </td>
        <td data-align="end">
          <Time iso={file.updated_at} />
        </td>
        <td data-align="end">
          <RowAction verb={isOpen ? "Close" : "Look at"} to={file.path} onClick={() => open(!isOpen)} />{" "}
          <RowAction
            verb="Remove"
            to={file.path}
            ask="Its contents are deleted. Tools that read it will not find it any more."
            reason={may(tenant, "data:write")}
            onClick={onRemove}
          />
        </td>
      </tr>
      {isOpen && (
        <tr>
          <td colSpan={COLUMNS.length}>
            <Suspense>
              <FilePreview file={file} />
            </Suspense>
          </td>
        </tr>
      )}
    </Fragment>
  );
}

/** A person, or a tool in one of its runs. */
function Writer({ file }: { file: StoredFileOut }) {
  const { tenant } = useTenant();
  const who = file.written_by;
  if (!who) {
    return <span className={styles.quiet}>not known</span>;
  }
  return who.kind === "tool" ? (
    <Link to="/tenants/$tenant/runs/$runId" params={{ tenant: tenant.slug, runId: who.id }}>
      <code>{who.label}</code>
    </Link>
  ) : (
    who.label
  );
}
