import { type ComponentProps, useState } from "react";
import { ReasonButton } from "../ReasonButton";
import { LateAsk } from "./LateAsk";
import type { Question } from "./question";

type AskButtonProps = ComponentProps<typeof ReasonButton> & { question: Question; onYes: () => void };

/** A button of what cannot be taken back: it asks first, and does it at a second press. */
export function AskButton({ question, onYes, ...button }: AskButtonProps) {
  const [isOpen, open] = useState(false);
  return (
    <>
      <ReasonButton {...button} onClick={() => open(true)} />
      <LateAsk question={question} isOpen={isOpen} onYes={onYes} onClose={() => open(false)} />
    </>
  );
}
