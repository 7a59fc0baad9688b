import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

// CodeMirror's own highlight style is made for light pages only; ours follows the page's tokens.
const highlight = HighlightStyle.define([
  { tag: [tags.keyword, tags.modifier, tags.operatorKeyword], color: "var(--code-keyword)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--code-string)" },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: "var(--code-number)" },
  { tag: [tags.comment, tags.docComment], color: "var(--code-comment)", fontStyle: "italic" },
  {
    tag: [
      tags.function(tags.definition(tags.variableName)),
      tags.className,
      tags.propertyName,
      tags.definition(tags.propertyName),
    ],
    color: "var(--code-name)",
  },
]);

const surface = EditorView.theme({
  "&": { backgroundColor: "transparent", color: "var(--ink)", fontSize: "12.5px" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--font-code)", lineHeight: "1.6" },
  ".cm-content": { caretColor: "var(--ink)", padding: "8px 0" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": {
    backgroundColor: "transparent",
    color: "var(--ink-3)",
    border: "none",
    paddingLeft: "6px",
  },
  ".cm-activeLine, .cm-activeLineGutter": {
    backgroundColor: "color-mix(in srgb, var(--wash) 60%, transparent)",
  },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "color-mix(in srgb, var(--accent) 25%, transparent) !important",
  },
  ".cm-foldPlaceholder, .cm-collapsedLines": {
    background: "var(--wash)",
    color: "var(--ink-2)",
    border: "none",
    fontFamily: "var(--font-text)",
    fontSize: "12px",
    padding: "4px 14px",
  },
  ".cm-shownLine": { backgroundColor: "var(--warn-wash)", boxShadow: "inset 3px 0 var(--warn)" },
  ".cm-collapsedLines:before, .cm-collapsedLines:after": { content: "none !important" },
  ".cm-tooltip": { background: "var(--panel)", border: "1px solid var(--line-strong)", color: "var(--ink)" },
  ".cm-diagnostic": {
    fontFamily: "var(--font-text)",
    fontSize: "13px",
    padding: "6px 10px",
    maxWidth: "60ch",
  },
  ".cm-diagnostic-error": { borderLeft: "3px solid var(--bad)" },
  ".cm-diagnostic-warning": { borderLeft: "3px solid var(--warn)" },
});

// Two classes outrank the merge addon's own light and dark rules, whatever order the sheets load in.
const diff = EditorView.theme({
  "&.cm-merge-a.cm-editor .cm-changedLine, &.cm-editor .cm-deletedChunk": {
    backgroundColor: "var(--removed)",
  },
  "&.cm-merge-b.cm-editor .cm-changedLine, &.cm-editor .cm-insertedLine": { backgroundColor: "var(--added)" },
  "&.cm-merge-a.cm-editor .cm-changedText, &.cm-editor .cm-deletedChunk .cm-deletedText": {
    background: "var(--removed-strong)",
  },
  "&.cm-merge-b.cm-editor .cm-changedText": { background: "var(--added-strong)" },
});

export const codeTheme = [surface, diff, syntaxHighlighting(highlight)];
