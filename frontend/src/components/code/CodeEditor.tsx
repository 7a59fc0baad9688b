import { defaultKeymap, history, historyKeymap, indentLess, insertTab } from "@codemirror/commands";
import { bracketMatching, indentOnInput, indentUnit } from "@codemirror/language";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { useEffect, useEffectEvent, useRef } from "react";
import { LANGUAGES } from "./CodeView";
import { codeTheme } from "./codeTheme";

export type Mark = { from: number; to: number; message: string };

type CodeEditorProps = {
  initial: string;
  language: keyof typeof LANGUAGES;
  label: string;
  onChange: (text: string) => void;
  /** What is wrong, and where in the text. */
  marks?: Mark[];
  minHeight?: string;
  /** The text as it is elsewhere: where it was changed there, the editor takes it up, and can undo that too. */
  follows?: string;
};

// Escape first, then Tab leaves the editor; Tab alone indents. CodeMirror documents this as its accessible default.
const TAB = { key: "Tab", run: insertTab, shift: indentLess };
const NO_MARKS: Mark[] = [];

/** How far two texts begin alike: what stands there keeps its place in the editor. */
function sameAtFirst(one: string, other: string): number {
  let at = 0;
  while (at < one.length && one[at] === other[at]) {
    at += 1;
  }
  return at;
}

/** An editor that owns its text: `initial` is read once for each `language` and `label`. */
export default function CodeEditor({
  initial,
  language,
  label,
  onChange,
  marks = NO_MARKS,
  minHeight = "240px",
  follows,
}: CodeEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const changed = useEffectEvent(onChange);
  const start = useEffectEvent(() => initial);

  useEffect(() => {
    const editor = new EditorView({
      doc: start(),
      parent: host.current ?? undefined,
      extensions: [
        lineNumbers(),
        history(),
        highlightActiveLine(),
        bracketMatching(),
        indentOnInput(),
        indentUnit.of(language === "python" ? "    " : "  "),
        lintGutter(),
        LANGUAGES[language](),
        keymap.of([TAB, ...defaultKeymap, ...historyKeymap]),
        EditorView.contentAttributes.of({ "aria-label": label, "aria-multiline": "true", tabindex: "0" }),
        EditorView.theme({
          "&": { maxHeight: "70vh" },
          ".cm-scroller": { overflow: "auto" },
          ".cm-content": { minHeight },
        }),
        EditorView.updateListener.of((update) => update.docChanged && changed(update.state.doc.toString())),
        codeTheme,
      ],
    });
    view.current = editor;
    return () => editor.destroy();
  }, [language, label, minHeight]);

  useEffect(() => {
    const editor = view.current;
    const now = editor?.state.doc.toString();
    if (editor && follows !== undefined && now !== undefined && follows !== now) {
      const same = sameAtFirst(now, follows);
      editor.dispatch({ changes: { from: same, to: now.length, insert: follows.slice(same) } });
    }
  }, [follows]);

  useEffect(() => {
    const editor = view.current;
    if (!editor) {
      return;
    }
    const length = editor.state.doc.length;
    const within = (at: number) => Math.min(at, length);
    const shown = marks.map((mark) => ({
      ...mark,
      from: within(mark.from),
      to: within(mark.to),
      severity: "error" as const,
    }));
    editor.dispatch(setDiagnostics(editor.state, shown));
  }, [marks]);

  return <div ref={host} />;
}
