import { Button } from "@mantine/core";
import { type ErrorComponentProps, Link, Outlet } from "@tanstack/react-router";
import { ProblemNote } from "../../ui/Note";
import { Empty, Page } from "../../ui/Page";

export function Root() {
  return <Outlet />;
}

export function Missing() {
  return (
    <main>
      <Empty title="There is nothing at this address">
        <p>It may have been retired, or it belongs to another tenant.</p>
        <Link to="/">Back to Home</Link>
      </Empty>
    </main>
  );
}

export function Failed({ error, reset }: ErrorComponentProps) {
  return (
    <main>
      <Page title="This page could not be shown" actions={<Button onClick={reset}>Try again</Button>}>
        <ProblemNote error={error} />
        <p>
          <Link to="/">Back to Home</Link>
        </p>
      </Page>
    </main>
  );
}
