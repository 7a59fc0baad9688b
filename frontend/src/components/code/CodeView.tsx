import { json } from "@codemirror/lang-json";
import { python } from "@codemirror/lang-python";
import { yaml } from "@codemirror/lang-yaml";
import { type Diagnostic, lintGutter, setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { Decoration, EditorView, lineNumbers } from "@codemirror/view";
import { useEffect, useRef } from "react";
import type { FindingOut } from "../../api/generated/types.gen";
import { codeTheme } from "./codeTheme";

export const LANGUAGES = { json, python, yaml };

function marks(state: EditorState, findings: FindingOut[]): Diagnostic[] {
  return findings.flatMap((finding) => {
    if (finding.line === null || finding.line > state.doc.lines) {
      return [];
    }
    const line = state.doc.line(finding.line);
    const indent = line.text.length - line.text.trimStart().length;
    const message = `${finding.gate}: ${finding.message}${finding.hint ? ` ${finding.hint}` : ""}`;
    return [{ from: line.from + indent, to: line.to, severity: finding.severity === "question" ? "info" : finding.severity, message }];
  });
}

// The editor scrolls by itself, so that it can bring a line into view.
const atMost = (maxHeight: string) =>
  EditorView.theme({ "&": { maxHeight }, ".cm-scroller": { overflow: "auto" } });

/** Marks the line that the address asks for. */
function shownLine(code: string, line: number | undefined) {
  const at = line === undefined ? -1 : code.split("\n", line).join("\n").lastIndexOf("\n") + 1;
  return at < 0
    ? []
    : EditorView.decorations.of(Decoration.set(Decoration.line({ class: "cm-shownLine" }).range(at)));
}

type CodeViewProps = {
  code: string;
  language: keyof typeof LANGUAGES;
  label: string;
  findings?: FindingOut[];
  /** The line to show, 1-based. */
  line?: number;
  maxHeight?: string;
  /** A line's number was pressed. */
  onLine?: (line: number) => void;
};

/** Source to be read: numbered, highlighted, findings marked at their lines. */
export default function CodeView({
  code,
  language,
  label,
  findings,
  line,
  maxHeight = "75vh",
  onLine,
}: CodeViewProps) {
  const host = useRef<HTMLDivElement>(null);
  const chosen = useRef(onLine);
  useEffect(() => {
    chosen.current = onLine;
  });

  useEffect(() => {
    const editor = new EditorView({
      doc: code,
      parent: host.current ?? undefined,
      extensions: [
        lineNumbers({
          domEventHandlers: {
            // The number that is read is the one that is meant, wherever the editor believes its lines to be.
            mousedown: (_view, _at, event) => {
              const pressed = event.target instanceof Element ? Number(event.target.textContent) : 0;
              if (pressed > 0) {
                chosen.current?.(pressed);
              }
              return false;
            },
          },
        }),
        LANGUAGES[language](),
        EditorState.readOnly.of(true),
        EditorView.contentAttributes.of({ "aria-label": label, "aria-readonly": "true", tabindex: "0" }),
        findings?.some((finding) => finding.line !== null) ? lintGutter() : [],
        shownLine(code, line),
        atMost(maxHeight),
        codeTheme,
      ],
    });
    editor.dispatch(setDiagnostics(editor.state, marks(editor.state, findings ?? [])));
    if (line !== undefined && line <= editor.state.doc.lines) {
      const at = editor.state.doc.line(line).from;
      editor.dispatch({ effects: EditorView.scrollIntoView(at, { y: "center" }) });
    }
    return () => editor.destroy();
  }, [code, language, label, findings, line, maxHeight]);

  return <div ref={host} />;
}
