import type { ReactNode } from "react";
import { type Fields, isFields } from "../../api/fields.ts";
import { useScrolling } from "../../ui/scrolling/useScrolling";
import { type Row, rowsOf, rowsOfCsv } from "./tables";
import styles from "./StatedDeeds.module.css";

/** One thing that is done, shown as what it is: a mail as a mail, a table as a table, a request as a request. */
export function StatedDeed({ capability, deed }: { capability: string; deed: unknown }) {
  const fields = isFields(deed) ? deed : { value: deed };
  if (capability === "email") {
    return <Mail mail={fields} />;
  }
  if (capability === "http") {
    return <Request request={fields} />;
  }
  if (capability === "approvals") {
    return <Asked question={fields} />;
  }
  if (capability === "sql") {
    return <Rows change={fields} />;
  }
  return (
    <Deed kind={NAMES[capability] ?? capability} name={nameOf(fields)}>
      <Content value={contentOf(fields)} />
    </Deed>
  );
}

const NAMES: Record<string, string> = {
  files: "File",
  kv: "Kept value",
  ledger: "Done once",
  tools: "Call of",
};

function Deed({ kind, name, children }: { kind: string; name?: ReactNode; children?: ReactNode }) {
  return (
    <section className={styles.deed}>
      <h4 className={styles.kind}>
        {kind} {name && <code>{name}</code>}
      </h4>
      {children}
    </section>
  );
}

function Mail({ mail }: { mail: Fields }) {
  const lines = ["sender", "to", "reply_to", "subject", "key"].filter((name) => mail[name] !== undefined);
  const attached = Array.isArray(mail.attachments) ? mail.attachments.filter(isFields) : [];
  return (
    <Deed kind="Mail">
      <dl className={styles.lines}>
        {lines.map((name) => (
          <div key={name}>
            <dt>{LINES[name]}</dt>
            <dd>
              <Words value={mail[name]} />
            </dd>
          </div>
        ))}
      </dl>
      {mail.text !== undefined && <Content value={mail.text} />}
      {typeof mail.html === "string" ? (
        // No script, no form, no address of its own; pictures from elsewhere are the page's policy to refuse.
        <iframe className={styles.page} sandbox="" srcDoc={mail.html} title="The mail as it is read" />
      ) : (
        mail.html !== undefined && <Content value={mail.html} />
      )}
      {attached.map((file) => (
        <Deed key={String(file.filename)} kind="Attachment" name={String(file.filename)}>
          <Content value={file.content} />
        </Deed>
      ))}
    </Deed>
  );
}

const LINES: Record<string, string> = {
  sender: "From",
  to: "To",
  reply_to: "Reply to",
  subject: "Subject",
  key: "Sent once as",
};

function Request({ request }: { request: Fields }) {
  const body = request.json ?? request.form ?? request.data;
  return (
    <Deed
      kind="Request"
      name={
        <>
          {String(request.method)} <Words value={request.url} />
        </>
      }
    >
      {request.headers !== undefined && <Content value={request.headers} />}
      {body !== undefined && <Content value={body} />}
    </Deed>
  );
}

function Asked({ question }: { question: Fields }) {
  return (
    <Deed kind="Asks a person">
      <blockquote className={styles.question}>
        <Words value={question.question} />
      </blockquote>
      {question.details !== undefined && <Content value={question.details} />}
    </Deed>
  );
}

function Rows({ change }: { change: Fields }) {
  const where = [change.database, change.table].filter((part) => part !== undefined).join(" / ");
  return (
    <Deed kind="Database" name={where}>
      {change.statement !== undefined && <Content value={change.statement} />}
      {change.parameters !== undefined && <Content value={change.parameters} />}
      {(["added", "removed"] as const).map(
        (what) =>
          change[what] !== undefined && (
            <div key={what}>
              <p className={styles.said}>{what === "added" ? "Rows added" : "Rows removed"}</p>
              <Content value={change[what]} />
            </div>
          ),
      )}
    </Deed>
  );
}

/** A value as what it is: rows and CSV as a table, a record as names and values, a text as its lines. */
function Content({ value }: { value: unknown }) {
  const rows = rowsOf(value);
  if (rows !== null) {
    return <Grid rows={rows} />;
  }
  if (isFields(value) && testsOf(value).length === 0) {
    return (
      <dl className={styles.lines}>
        {Object.entries(value).map(([name, part]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <Words value={part} />
            </dd>
          </div>
        ))}
      </dl>
    );
  }
  return value === null ? (
    <p className={styles.said}>removed</p>
  ) : (
    <Text>
      <Words value={value} />
    </Text>
  );
}

function Text({ children }: { children: ReactNode }) {
  const scrolling = useScrolling<HTMLPreElement>("The whole text");
  return (
    <pre className={styles.text} {...scrolling}>
      {children}
    </pre>
  );
}

function Grid({ rows }: { rows: Row[] }) {
  const [head, ...rest] = rows;
  const scrolling = useScrolling<HTMLDivElement>("All rows");
  return (
    <div className={styles.scroll} {...scrolling}>
      <table className={styles.grid}>
        <thead>
          <tr>
            {head?.cells.map(({ id, text }) => (
              <th key={id}>{text}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rest.map((row) => (
            <tr key={row.id}>
              {row.cells.map(({ id, text }) => (
                <td key={id}>{text}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A stated text; where only a part of it is stated, which. */
function Words({ value }: { value: unknown }) {
  if (typeof value === "string") {
    return value;
  }
  if (Array.isArray(value) && value.every((part) => typeof part === "string")) {
    return value.join(", ");
  }
  if (isFields(value) && testsOf(value).length > 0) {
    return testsOf(value)
      .map(([name, part]) => `${name} ${JSON.stringify(part)}`)
      .join(", ");
  }
  return JSON.stringify(value);
}

/** What a text is tested for, where it is not stated whole. */
const testsOf = (value: Fields) =>
  Object.entries(value).filter(([name]) => ["contains", "lacks", "matches"].includes(name));

/** What stands in a file, or what is said of a deed beside its name. */
function contentOf(fields: Fields): unknown {
  if (!("content" in fields)) {
    return restOf(fields);
  }
  return nameOf(fields).endsWith(".csv") ? rowsOfCsv(fields.content) : fields.content;
}

const nameOf = (fields: Fields) => String(fields.name ?? fields.key ?? fields.value ?? "");

function restOf(fields: Fields): unknown {
  const rest = Object.entries(fields).filter(([name]) => !["name", "key", "value"].includes(name));
  return rest.length === 0 ? "" : Object.fromEntries(rest);
}
