import { useState } from "react";
import { type Draft, forgetDraft, keepDraft, keptDraft } from "../../api/drafts";
import { useTenant } from "../useTenant";

export type Written = {
  text: string;
  write: (text: string) => void;
  /** Whether there is something to lose: it was changed, and not sent. */
  isChanged: boolean;
  isKept: boolean;
  /** What was kept from another time, until it is taken up or thrown away. */
  offered: Draft | null;
  takeUp: () => void;
  throwAway: () => void;
  /** What stood here before a draft was taken up. */
  before: string | null;
  undo: () => void;
  sent: () => void;
};

/** A text that is being written, kept in this browser for this person, tenant and thing with every key. */
export function useDraft(what: string, initial: string): Written {
  const { tenant, user } = useTenant();
  const key = `${user.id} ${tenant.slug} ${what}`;
  const [text, setText] = useState(initial);
  const [isKept, setKept] = useState(true);
  const [offered, offer] = useState(() => {
    const found = keptDraft(key);
    return found && found.text !== initial ? found : null;
  });
  const [isSent, setSent] = useState(false);
  const [before, setBefore] = useState<string | null>(null);
  function write(next: string) {
    if (next === text) {
      return;
    }
    setText(next);
    setSent(false);
    setKept(next === initial ? (forgetDraft(key), true) : keepDraft(key, next));
  }
  return {
    text,
    write,
    isChanged: text !== initial && !isSent,
    isKept,
    offered,
    takeUp: () => {
      setBefore(text);
      write(offered?.text ?? text);
      offer(null);
    },
    throwAway: () => {
      offer(null);
      if (text === initial) {
        forgetDraft(key);
      }
    },
    before,
    undo: () => {
      write(before ?? text);
      setBefore(null);
    },
    sent: () => {
      setSent(true);
      forgetDraft(key);
    },
  };
}
