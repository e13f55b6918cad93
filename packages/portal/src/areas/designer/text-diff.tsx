import { MergeView } from "@codemirror/merge";
import { EditorState } from "@codemirror/state";
import { EditorView, lineNumbers } from "@codemirror/view";
import { useEffect, useRef } from "react";

/** Two texts side by side, with what differs marked. */
export function TextDiff({ before, after }: { readonly before: string; readonly after: string }) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (host.current === null) return;
    const side = (doc: string, label: string) => ({
      doc,
      extensions: [
        lineNumbers(),
        EditorState.readOnly.of(true),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
      ],
    });
    const view = new MergeView({
      parent: host.current,
      a: side(before, "Before"),
      b: side(after, "After"),
      collapseUnchanged: { margin: 3 },
      gutter: true,
    });
    return () => view.destroy();
  }, [before, after]);
  return <div ref={host} className="designer-diff" />;
}
