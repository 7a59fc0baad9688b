import { Button, Group, Stack, Textarea } from "@mantine/core";
import { useState } from "react";
import type { FindingOut } from "../../api/generated/types.gen";
import { Prose } from "../../ui/Prose";
import { sentence } from "../../ui/format";
import styles from "./AnswerGates.module.css";

export type Answers = Readonly<Record<string, string>>;

type AnswerGatesProps = {
  questions: FindingOut[];
  answers: Answers;
  onAnswer: (question: string, answer: string | undefined) => void;
  /** The answer is that it is wrong: the version is rejected for it. */
  onWrong: (question: FindingOut) => void;
};

/** What the gates could not know, one question after the other: no approval without an answer to each. */
export function AnswerGates({ questions, answers, onAnswer, onWrong }: AnswerGatesProps) {
  const at = questions.findIndex((each) => answers[each.message] === undefined);
  const open = questions[at];
  return (
    <section aria-label="Questions of the gates" className={styles.questions}>
      <ul className={styles.answered}>
        {questions
          .filter((each) => answers[each.message] !== undefined)
          .map((each) => (
            <li key={each.message}>
              <span className={styles.question}>
                <Prose text={each.message} />
              </span>
              <span>
                {answers[each.message]}{" "}
                <Button size="compact-xs" onClick={() => onAnswer(each.message, undefined)}>
                  Answer again
                </Button>
              </span>
            </li>
          ))}
      </ul>
      {open && (
        <Question
          key={open.message}
          question={open}
          place={`Question ${at + 1} of ${questions.length}`}
          onAnswer={(answer) => onAnswer(open.message, answer)}
          onWrong={() => onWrong(open)}
        />
      )}
    </section>
  );
}

type QuestionProps = {
  question: FindingOut;
  place: string;
  onAnswer: (answer: string) => void;
  onWrong: () => void;
};

function Question({ question, place, onAnswer, onWrong }: QuestionProps) {
  const [answer, setAnswer] = useState("");
  return (
    <Stack gap="xs">
      <p className={styles.place}>
        {place}, of gate {sentence(question.gate)}
        {question.line !== null && `, line ${question.line}`}
      </p>
      <p className={styles.asked}>
        <Prose text={question.message} />
      </p>
      {question.hint && (
        <p className={styles.hint}>
          <Prose text={question.hint} />
        </p>
      )}
      <Textarea
        label="Your answer"
        placeholder="It is meant so."
        size="xs"
        autosize
        maxRows={6}
        value={answer}
        onChange={(event) => setAnswer(event.currentTarget.value)}
      />
      <Group gap="xs" grow>
        <Button size="xs" onClick={onWrong}>
          It is wrong
        </Button>
        <Button size="xs" onClick={() => onAnswer(answer.trim() || "It is meant so.")}>
          It is right
        </Button>
      </Group>
    </Stack>
  );
}
