import type { ReactNode } from "react";
import { Note, ProblemNote } from "../../ui/Note";
import { Page } from "../../ui/Page";

type ListPageProps = {
  title: string;
  lead: string;
  actions?: ReactNode;
  /** Why nothing here can be changed; null when it can, or where each control says it. */
  reason?: string | null;
  error: unknown;
  children: ReactNode;
};

/** A page of settings: what it is about, why it cannot be changed, what went wrong, and its panels. */
export function ListPage({ title, lead, actions, reason = null, error, children }: ListPageProps) {
  return (
    <Page title={title} lead={lead} actions={actions}>
      {reason && <Note tone="warn" title={reason} />}
      <ProblemNote error={error} />
      {children}
    </Page>
  );
}
