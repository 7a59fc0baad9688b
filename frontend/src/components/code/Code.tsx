import { type ComponentProps, Suspense, lazy } from "react";

// CodeMirror is most of the dashboard's weight: it loads when there is code to show.
const LazyView = lazy(() => import("./CodeView"));
const LazyDiff = lazy(() => import("./CodeDiff"));
const LazyEditor = lazy(() => import("./CodeEditor"));

const WAITING = <div style={{ minHeight: 120 }} aria-busy="true" />;

export function Code(props: ComponentProps<typeof LazyView>) {
  return (
    <Suspense fallback={WAITING}>
      <LazyView {...props} />
    </Suspense>
  );
}

export function Diff(props: ComponentProps<typeof LazyDiff>) {
  return (
    <Suspense fallback={WAITING}>
      <LazyDiff {...props} />
    </Suspense>
  );
}

export function Editor(props: ComponentProps<typeof LazyEditor>) {
  return (
    <Suspense fallback={WAITING}>
      <LazyEditor {...props} />
    </Suspense>
  );
}
