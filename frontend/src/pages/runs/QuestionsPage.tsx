import { SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, getRouteApi } from "@tanstack/react-router";
import type { QuestionOut } from "../../api/generated/types.gen";
import { questionsQuery } from "../../api/runs/journal";
import { Json } from "../../components/code/Json";
import { Pager } from "../../components/Pager";
import { Unsettled } from "../../components/runs/Unsettled";
import { useTenant } from "../../components/useTenant";
import { AnswerQuestion } from "../../forms/runs/AnswerQuestion";
import { ProblemNote } from "../../ui/Note";
import { Empty, Page, Panel } from "../../ui/Page";
import { Time } from "../../ui/Time";
import styles from "./QuestionsPage.module.css";

const route = getRouteApi("/tenants/$tenant/questions");

const SHOWN = [
  { value: "open", label: "Waiting" },
  { value: "answered", label: "Answered" },
];

export default function QuestionsPage() {
  const { tenant } = useTenant();
  const { show = "open", cursor } = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error } = useQuery(questionsQuery(tenant.slug, show === "open", cursor));
  return (
    <Page
      title="Questions"
      lead="What runs ask people. A run that asks takes no room while it waits; your answer sets it going again."
    >
      <ProblemNote error={error} />
      <Panel
        bar={
          <SegmentedControl
            size="xs"
            aria-label="Show"
            data={SHOWN}
            value={show}
            onChange={(next) =>
              navigate({ search: { show: next === "open" ? undefined : "answered" }, replace: true })
            }
          />
        }
        flush
      >
        {data?.items.length === 0 && (
          <Empty title={show === "open" ? "Nobody waits for an answer" : "Nothing has been answered yet"}>
            A tool asks with <code>approvals.ask(…)</code> before it does what a person should decide: a large
            refund, a message to everyone.
          </Empty>
        )}
        {data?.items.map((question) => (
          <Question key={question.id} question={question} />
        ))}
        <Pager
          cursor={cursor}
          nextCursor={data?.next_cursor}
          onPage={(next) => navigate({ search: (now) => ({ ...now, cursor: next }) })}
        />
      </Panel>
      <Unsettled />
    </Page>
  );
}

function Question({ question }: { question: QuestionOut }) {
  const { tenant } = useTenant();
  const { approved, by, comment } = question.answer ?? {};
  return (
    <article className={styles.question} aria-label={question.question}>
      <h2 className={styles.asked}>{question.question}</h2>
      <p className={styles.about}>
        <Link to="/tenants/$tenant/runs/$runId" params={{ tenant: tenant.slug, runId: question.run }}>
          <code>{question.tool}</code>
        </Link>{" "}
        asked {question.asked_of}s <Time iso={question.created_at} />
        {question.deadline && (
          <>
            , until <Time iso={question.deadline} />
          </>
        )}
      </p>
      {question.details !== null && question.details !== undefined && (
        <div className={styles.details}>
          <Json value={question.details} label="Details" />
        </div>
      )}
      {question.answer ? (
        <p className={styles.answer}>
          {approved === true ? "Yes" : "No"}
          {typeof by === "string" && `, by ${by}`}
          {typeof comment === "string" && comment !== "" && `: ${comment}`}
        </p>
      ) : (
        <AnswerQuestion question={question} />
      )}
    </article>
  );
}
