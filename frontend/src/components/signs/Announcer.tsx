import { VisuallyHidden } from "@mantine/core";
import { useRouterState } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { keepFocus } from "./keepFocus";

// Time for the page that has come to say what it is.
const SETTLES_MS = 250;

/** Says where one has come to, and leaves the focus nowhere where nothing is. */
export function Announcer() {
  const path = useRouterState({ select: (state) => state.resolvedLocation?.pathname });
  const [told, tell] = useState({ path, title: "" });
  useEffect(() => {
    const timer = setTimeout(() => tell({ path, title: document.title }), SETTLES_MS);
    return () => clearTimeout(timer);
  }, [path]);
  useEffect(keepFocus, []);
  return <VisuallyHidden role="status">{told.title}</VisuallyHidden>;
}
