import { Button, NumberInput, Textarea } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { LineCommentIn, LineCommentOut, VersionOut } from "../../api/generated/types.gen";
import { may } from "../../api/permissions";
import { addComment, commentsQuery, settleComment } from "../../api/tools/comments";
import { useTenant } from "../../components/useTenant";
import { Panel } from "../../ui/Page";
import { ProblemNote } from "../../ui/Note";
import { ReasonButton } from "../../ui/ReasonButton";
import { Time } from "../../ui/Time";
import { SubmitForm } from "../SubmitForm";
import { field } from "../fields";
import styles from "./LineComments.module.css";

type LineCommentsProps = { version: VersionOut; comments: LineCommentOut[]; line: number | undefined };

/** What is said of lines of the source, for who writes the next version: said, answered, taken up again. */
export function LineComments({ version, comments, line }: LineCommentsProps) {
  const lines = (version.source ?? "").split("\n");
  const open = comments.filter((one) => one.settled_at === null).length;
  return (
    <div id="comments">
      <Panel title="Comments on lines" aside={comments.length > 0 ? `${open} open of ${comments.length}` : undefined} flush>
        {comments.length > 0 && (
          <ol className={styles.list}>
            {comments.map((one) => (
              <Comment key={one.id} comment={one} version={version} of={lines[one.line - 1] ?? ""} />
            ))}
          </ol>
        )}
        {/* A line that is pressed in the source is the one that is written of. */}
        <Write key={line} version={version} line={line} lines={lines.length} />
      </Panel>
    </div>
  );
}

function Comment({ comment, version, of }: { comment: LineCommentOut; version: VersionOut; of: string }) {
  const { tenant } = useTenant();
  const refresh = useRefresh(version);
  const isSettled = comment.settled_at !== null;
  const settle = useMutation({
    meta: { said: isSettled ? "The comment is open again." : "The comment is settled." },
    mutationFn: () => settleComment(tenant.slug, version.tool, version.number, comment.id, !isSettled),
    onSettled: refresh,
  });
  return (
    <li className={styles.comment} data-settled={isSettled}>
      <p className={styles.about}>
        <Link
          to="/tenants/$tenant/tools/$name/versions/$number"
          params={{ tenant: tenant.slug, name: version.tool, number: String(version.number) }}
          search={(now) => ({ ...now, view: "source", line: comment.line })}
          resetScroll={false}
        >
          Line {comment.line}
        </Link>
        <code className={styles.of}>{of.trim()}</code>
      </p>
      <p className={styles.text}>{comment.text}</p>
      <p className={styles.about}>
        <span>
          {comment.author.label}, <Time iso={comment.created_at} />
          {comment.settled_by && `; settled by ${comment.settled_by.label}`}
        </span>
        <ReasonButton
          size="compact-xs"
          reason={may(tenant, "tools:author")}
          loading={settle.isPending}
          aria-label={`${isSettled ? "Open again" : "Settle"}: line ${comment.line}`}
          onClick={() => settle.mutate()}
        >
          {isSettled ? "Open again" : "Settle"}
        </ReasonButton>
      </p>
      <ProblemNote error={settle.error} />
    </li>
  );
}

function Write({ version, line, lines }: { version: VersionOut; line: number | undefined; lines: number }) {
  const { tenant } = useTenant();
  const [isOpen, open] = useState(line !== undefined);
  const refresh = useRefresh(version);
  const add = useMutation({
    meta: { said: "The comment is kept. Its author reads it here, an agent in get_version." },
    mutationFn: (body: LineCommentIn) => addComment(tenant.slug, version.tool, version.number, body),
    onSuccess: refresh,
  });
  if (!isOpen) {
    return (
      <p className={styles.begin}>
        <Button size="xs" onClick={() => open(true)}>
          Comment on a line
        </Button>
        <span>or press a line’s number in the source</span>
      </p>
    );
  }
  return (
    <div className={styles.write}>
      <SubmitForm
        send={add}
        submit="Comment"
        layout="below"
        resets
        reason={may(tenant, "tools:author")}
        read={(form) => {
          const [at, text] = [Number(field(form, "line")), field(form, "text").trim()];
          return at > 0 && text !== "" ? { line: at, text } : null;
        }}
      >
        <NumberInput label="Line" name="line" min={1} max={lines} defaultValue={line} size="xs" w={90} allowDecimal={false} />
        <Textarea label="What is to be said of it" name="text" size="xs" autosize minRows={2} maxRows={10} maxLength={5_000} />
      </SubmitForm>
    </div>
  );
}

function useRefresh({ tool, number }: VersionOut) {
  const { tenant } = useTenant();
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: commentsQuery(tenant.slug, tool, number).queryKey });
}
