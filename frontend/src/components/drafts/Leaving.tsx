import { useBlocker } from "@tanstack/react-router";
import { LateAsk } from "../../ui/dialogs/LateAsk";
import type { Question } from "../../ui/dialogs/question";

const QUESTION: Question = {
  title: "Leave what you are writing?",
  what: "It is not sent. This browser keeps it, and offers it when you come back.",
  yes: "Leave",
  isHarmless: true,
};

/** Asks before a page is left that holds something unsent; the browser itself asks before a tab is closed. */
export function Leaving({ isChanged }: { isChanged: boolean }) {
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => isChanged && current.pathname !== next.pathname,
    enableBeforeUnload: () => isChanged,
    withResolver: true,
  });
  return (
    <LateAsk
      question={QUESTION}
      isOpen={blocker.status === "blocked"}
      onYes={() => blocker.proceed?.()}
      // A yes closes the question too, before it is heard: staying comes after it.
      onClose={() => queueMicrotask(() => blocker.reset?.())}
    />
  );
}
