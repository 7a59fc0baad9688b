import { type ComponentProps, Suspense, lazy, useState } from "react";

// A dialog is heavy, and most pages never open one.
const Ask = lazy(() => import("./Ask"));

/** The question, which comes when it is asked for the first time. */
export function LateAsk(props: ComponentProps<typeof Ask>) {
  const [wasOpen, remember] = useState(false);
  if (props.isOpen && !wasOpen) {
    remember(true);
  }
  return wasOpen || props.isOpen ? (
    <Suspense>
      <Ask {...props} />
    </Suspense>
  ) : null;
}
