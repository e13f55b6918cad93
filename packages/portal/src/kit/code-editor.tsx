import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { javascript } from "@codemirror/lang-javascript";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { type Diagnostic, lintGutter, setDiagnostics } from "@codemirror/lint";
import { Annotation, EditorState } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, type KeyBinding, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useEffect, useRef } from "react";
import "./code-editor.css";

export interface Mark {
  readonly line: number;
  readonly message: string;
  readonly isError: boolean;
}

export interface CodeEditorProps {
  readonly label: string;
  readonly language: "yaml" | "typescript";
  readonly text: string;
  readonly marks: readonly Mark[];
  /** Brought into view when it changes. */
  readonly line?: number | null;
  readonly onChange: (text: string) => void;
  /** Where undo is the page's, as one history spans several views; else the editor keeps one of its own. */
  readonly undo?: { readonly onUndo: () => void; readonly onRedo: () => void };
  readonly isReadOnly?: boolean;
}

/** Marks what we put in ourselves, so that it is not taken for typing. */
const fromOutside = Annotation.define<true>();

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName), tags.keyword], class: "berth-code--name" },
  { tag: [tags.string, tags.special(tags.string)], class: "berth-code--text" },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], class: "berth-code--value" },
  { tag: [tags.comment, tags.meta], class: "berth-code--comment" },
]);

/** Text that a program reads, with its problems marked. A chunk of its own: load it lazily. */
export function CodeEditor(props: CodeEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const { label, language, text, marks, line, isReadOnly = false } = props;
  const isOwnHistory = props.undo === undefined;

  useEffect(() => {
    if (host.current === null) return;
    const editor = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: latest.current.text,
        extensions: [
          lineNumbers(),
          lintGutter(),
          drawSelection(),
          highlightActiveLine(),
          indentOnInput(),
          bracketMatching(),
          EditorView.lineWrapping,
          language === "yaml" ? yaml() : javascript({ typescript: true }),
          syntaxHighlighting(colours),
          EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false", tabindex: "0" }),
          EditorState.readOnly.of(isReadOnly),
          isOwnHistory ? history() : [],
          keymap.of([
            ...(isOwnHistory ? historyKeymap : undoKeys(() => latest.current.undo)),
            // Escape first lets Tab leave the editor, as CodeMirror's own help says.
            indentWithTab,
            ...defaultKeymap,
          ]),
          EditorView.updateListener.of((update) => {
            if (!update.docChanged || update.transactions.some((one) => one.annotation(fromOutside) === true)) return;
            latest.current.onChange(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = editor;
    return () => {
      editor.destroy();
      view.current = null;
    };
  }, [label, language, isReadOnly, isOwnHistory]);

  useEffect(() => {
    const editor = view.current;
    if (editor === null || editor.state.doc.toString() === text) return;
    editor.dispatch({ changes: smallestChange(editor.state.doc.toString(), text), annotations: fromOutside.of(true) });
  }, [text]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another text moves the lines of the same marks
  useEffect(() => {
    const editor = view.current;
    if (editor === null) return;
    editor.dispatch(
      setDiagnostics(
        editor.state,
        marks.map((mark) => diagnosticOf(editor, mark)),
      ),
    );
  }, [marks, text]);

  useEffect(() => {
    const editor = view.current;
    if (editor === null || line == null || line > editor.state.doc.lines) return;
    const at = editor.state.doc.line(line).from;
    editor.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: "center" }) });
  }, [line]);

  return <div ref={host} className="berth-code" />;
}

function undoKeys(undo: () => CodeEditorProps["undo"]): KeyBinding[] {
  const onUndo = () => act(undo()?.onUndo);
  const onRedo = () => act(undo()?.onRedo);
  return [
    { key: "Mod-z", preventDefault: true, run: onUndo },
    { key: "Mod-y", mac: "Mod-Shift-z", preventDefault: true, run: onRedo },
    { key: "Mod-Shift-z", preventDefault: true, run: onRedo },
  ];
}

function act(run: (() => void) | undefined): true {
  run?.();
  return true;
}

function diagnosticOf(editor: EditorView, { line, message, isError }: Mark): Diagnostic {
  const { from, to } = editor.state.doc.line(Math.min(Math.max(line, 1), editor.state.doc.lines));
  return { from, to, message, severity: isError ? "error" : "info" };
}

/** Only what differs is replaced, so that the cursor and what is in view stay. */
function smallestChange(before: string, after: string) {
  const shorter = Math.min(before.length, after.length);
  let from = 0;
  while (from < shorter && before[from] === after[from]) from += 1;
  let end = 0;
  while (end < shorter - from && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  return { from, to: before.length - end, insert: after.slice(from, after.length - end) };
}
