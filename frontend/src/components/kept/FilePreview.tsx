import { useQuery } from "@tanstack/react-query";
import type { StoredFileOut } from "../../api/generated/types.gen";
import { contentQuery } from "../../api/settings/files";
import { useTenant } from "../useTenant";
import { Note, ProblemNote } from "../../ui/Note";
import { type Shown, shownAs } from "./contents";
import styles from "./FilePreview.module.css";

const BYTES_MAX = 2 << 20;

/** What a file holds, as far as it can be shown without anything in it being run or fetched. */
export default function FilePreview({ file }: { file: StoredFileOut }) {
  const { tenant } = useTenant();
  const isSmall = file.size <= BYTES_MAX;
  const { data, error } = useQuery({ ...contentQuery(tenant.slug, file.path), enabled: isSmall });
  if (!isSmall) {
    return <Note tone="warn" title="It is too large to be shown here. Save it to look at it." />;
  }
  if (error) {
    return <ProblemNote error={error} />;
  }
  return data ? <Contents shown={shownAs(data, file.path)} path={file.path} /> : <p role="status">Reading…</p>;
}

function Contents({ shown, path }: { shown: Shown; path: string }) {
  if (shown.as === "nothing") {
    return <Note tone="warn" title="It is neither text nor a picture that is shown here. Save it to look at it." />;
  }
  return (
    <>
      <div className={styles.preview} role="region" aria-label={`What ${path.slice(0, 200)} holds`} tabIndex={0}>
        {shown.as === "image" && <img className={styles.image} src={shown.source} alt={path} />}
        {shown.as === "text" && <pre className={styles.text}>{shown.text}</pre>}
        {shown.as === "table" && <Rows rows={shown.rows} />}
      </div>
      {"isCut" in shown && shown.isCut && <p>Only the beginning is shown.</p>}
    </>
  );
}

/** Cells by their places: a file's rows have no other names. */
function Rows({ rows }: { rows: string[][] }) {
  return (
    <table>
      <tbody>
        {rows.map((row, at) => (
          // oxlint-disable-next-line react/no-array-index-key
          <tr key={at}>
            {row.map((cell, place) => (
              // oxlint-disable-next-line react/no-array-index-key
              <td key={place}>{cell}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
