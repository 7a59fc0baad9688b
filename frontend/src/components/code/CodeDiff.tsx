import { MergeView, unifiedMergeView } from "@codemirror/merge";
import { EditorState } from "@codemirror/state";
import { EditorView, lineNumbers } from "@codemirror/view";
import { useMediaQuery } from "@mantine/hooks";
import { useEffect, useRef } from "react";
import { LANGUAGES } from "./CodeView";
import styles from "./CodeDiff.module.css";
import { codeTheme } from "./codeTheme";

type CodeDiffProps = {
  before: string;
  after: string;
  language: keyof typeof LANGUAGES;
  beforeLabel: string;
  afterLabel: string;
};

const COLLAPSE = { margin: 3, minSize: 6 };

function reading(language: keyof typeof LANGUAGES, label: string) {
  return [
    lineNumbers(),
    LANGUAGES[language](),
    EditorState.readOnly.of(true),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ "aria-label": label, "aria-readonly": "true", tabindex: "0" }),
    codeTheme,
  ];
}

/** Two texts side by side, the unchanged parts folded; one under the other where the window is narrow. */
export default function CodeDiff({ before, after, language, beforeLabel, afterLabel }: CodeDiffProps) {
  const host = useRef<HTMLDivElement>(null);
  const isWide = useMediaQuery("(min-width: 900px)", true);

  useEffect(() => {
    const parent = host.current ?? undefined;
    const view = isWide
      ? new MergeView({
          parent,
          a: { doc: before, extensions: reading(language, beforeLabel) },
          b: { doc: after, extensions: reading(language, afterLabel) },
          collapseUnchanged: COLLAPSE,
          gutter: false,
        })
      : new EditorView({
          parent,
          doc: after,
          extensions: [
            reading(language, afterLabel),
            unifiedMergeView({
              original: before,
              mergeControls: false,
              collapseUnchanged: COLLAPSE,
              gutter: false,
            }),
          ],
        });
    return () => view.destroy();
  }, [before, after, language, beforeLabel, afterLabel, isWide]);

  return (
    <div>
      {isWide && (
        <div className={styles.heads}>
          <span>{beforeLabel}</span>
          <span>{afterLabel}</span>
        </div>
      )}
      <div ref={host} className={styles.diff} />
    </div>
  );
}
