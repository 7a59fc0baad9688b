import { Button } from "@mantine/core";
import { type ErrorComponentProps, Link, Outlet } from "@tanstack/react-router";
import { useEffect } from "react";
import { onReturn } from "../../api/outage";
import { ApiError } from "../../api/problems";
import { Note, ProblemNote } from "../../ui/Note";
import { Page } from "../../ui/Page";

export function Root() {
  return <Outlet />;
}

/** In place of a page, beside the sidebar. */
export function MissingHere() {
  return (
    <Page title="There is nothing at this address">
      <p>It may have been retired, or it belongs to another tenant.</p>
      <p>
        <Link to="/">Back to Home</Link>
      </p>
    </Page>
  );
}

export const Missing = () => (
  <main>
    <MissingHere />
  </main>
);

// What browsers and Vite say of a part of the page that did not come: a browser remembers that, and asks no more.
const isUnloaded = (error: unknown) =>
  !(error instanceof ApiError) && error instanceof Error && /dynamically imported|preload|module script/i.test(error.message);

/** In place of a page, beside the sidebar. */
export function FailedHere({ error, reset }: ErrorComponentProps) {
  const isLost = isUnloaded(error);
  useEffect(() => (isLost ? onReturn(() => window.location.reload()) : undefined), [isLost]);
  return (
    <Page
      title="This page could not be shown"
      actions={<Button onClick={isLost ? () => window.location.reload() : reset}>Try again</Button>}
    >
      {isLost ? (
        <Note tone="bad" title="A part of this page did not come from the server">
          It is loaded anew as soon as the server can be reached.
        </Note>
      ) : (
        <ProblemNote error={error} />
      )}
      <p>
        <Link to="/">Back to Home</Link>
      </p>
    </Page>
  );
}

export const Failed = (props: ErrorComponentProps) => (
  <main>
    <FailedHere {...props} />
  </main>
);
