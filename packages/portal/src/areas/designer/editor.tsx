import { move } from "@berth/sdk/draft-edit.ts";
import type { Position } from "@berth/sdk/graph.ts";
import type { Path } from "@berth/sdk/json.ts";
import { Alert, AlertActionLink, Button } from "@patternfly/react-core";
import { useState } from "react";
import { type OutputOf, useApi } from "../../api/queries.ts";
import { Page } from "../../kit/page.tsx";
import { toast } from "../../kit/toasts.tsx";
import { When } from "../../kit/when.tsx";
import { autoLayout } from "./auto-layout.ts";
import { Canvas } from "./canvas.tsx";
import { CodePane } from "./code-pane.tsx";
import { ConflictDialog } from "./conflict-dialog.tsx";
import { EditorActions } from "./editor-actions.tsx";
import { EditorFacts } from "./editor-facts.tsx";
import { Palette } from "./palette.tsx";
import { type PartKind, withPart } from "./parts.ts";
import { PlaceDialog } from "./place-dialog.tsx";
import { Properties } from "./properties.tsx";
import { nameIn } from "./text-files.ts";
import { type Start, useDesigner } from "./use-designer.ts";
import { useKeys } from "./use-keys.ts";
import { useSaving } from "./use-saving.ts";
import { VersionsDialog } from "./versions-dialog.tsx";
import "./designer.css";

export interface EditorProps {
  readonly start: Start;
  /** The latest saved version as it is now, kept fresh; null for a new template. */
  readonly saved: OutputOf<"getTemplate"> | null;
  /** When the draft was left that is shown. */
  readonly restoredAt: string | null;
}

export function Editor({ start, saved, restoredAt }: EditorProps) {
  const designer = useDesigner(start);
  const saving = useSaving(designer, start.key);
  useKeys({ undo: designer.undo, redo: designer.redo, save: () => saving.save({ publish: false }) });
  const [isCodeShown, setCodeShown] = useState(false);
  const [layouts, setLayouts] = useState(0);
  const [line, setLine] = useState<number | null>(null);
  const [dialog, setDialog] = useState<"place" | "versions" | null>(null);
  const [isRestored, setRestored] = useState(restoredAt !== null);
  const { data: networks } = useApi("listNetworks", { query: { limit: 500 } }, { staleMs: 60_000 });
  const { data: images } = useApi("listImages", { query: { limit: 500 } }, { staleMs: 60_000 });
  const stock = { networks: namesOf(networks?.items), images: namesOf(images?.items) };
  const isLocked = designer.syntax.length > 0;

  const add = (kind: PartKind, at: Position | null) => {
    const added = withPart(designer.value, { kind, at, selected: designer.selected }, stock);
    if ("refused" in added) return toast({ title: added.refused, tone: "info" });
    designer.edit(() => added.draft);
    designer.select(added.id);
  };
  const layOut = async () => {
    const places = await autoLayout(designer.graph);
    designer.edit((draft) => move(draft, places));
    setLayouts((count) => count + 1);
  };
  const go = (path: Path, at: number | null) => {
    designer.select(designer.elementOf(path));
    setLine(at);
  };
  const isBehind = saved !== null && saved.version > designer.base && !saving.isBusy;

  return (
    <>
      <Page
        title={titleOf(designer.value)}
        crumbs={[{ title: "Designer", to: "/designer" }]}
        isFilled
        badge={<EditorFacts designer={designer} saved={saved} onGo={go} />}
        actions={
          <EditorActions
            designer={designer}
            saving={saving}
            saved={saved}
            isCodeShown={isCodeShown}
            onToggleCode={() => setCodeShown(!isCodeShown)}
            onLayOut={() => void layOut()}
            onPlace={() => setDialog("place")}
            onCompare={() => setDialog("versions")}
          />
        }
      >
        {isRestored && restoredAt !== null && (
          <Alert
            variant="info"
            isInline
            component="p"
            title={
              <>
                Your draft of <When at={restoredAt} /> is still here.
              </>
            }
            actionLinks={
              <>
                <AlertActionLink
                  onClick={() => {
                    designer.write(start.savedText);
                    if (saved !== null) designer.rebase(saved.version);
                    setRestored(false);
                  }}
                >
                  Begin again from what is saved
                </AlertActionLink>
                <AlertActionLink onClick={() => setRestored(false)}>Go on with it</AlertActionLink>
              </>
            }
          />
        )}
        {isBehind && (
          <Alert
            variant="warning"
            isInline
            component="p"
            title={`${saved.createdBy} has saved version ${saved.version} while you edit version ${designer.base}.`}
            actionLinks={<AlertActionLink onClick={() => saving.resolve()}>See what differs</AlertActionLink>}
          />
        )}
        {isLocked && (
          <Alert
            variant="danger"
            isInline
            component="p"
            title="The YAML text can't be read, so the drawing waits."
            actionLinks={
              <Button variant="link" isInline onClick={designer.undo}>
                Undo
              </Button>
            }
          />
        )}
        <div className={`designer ${isCodeShown ? "designer--code" : ""}`}>
          <Palette isDisabled={isLocked} onAdd={(kind) => add(kind, null)} />
          <Canvas designer={designer} layouts={layouts} onDrop={add} />
          <Properties designer={designer} knownNetworks={stock.networks} />
          {isCodeShown && <CodePane designer={designer} line={line} />}
        </div>
      </Page>
      {dialog === "place" && <PlaceDialog text={designer.text} onClose={() => setDialog(null)} />}
      {dialog === "versions" && saved !== null && (
        <VersionsDialog name={saved.name} draft={designer.text} from={designer.base} onClose={() => setDialog(null)} />
      )}
      {saving.conflict !== null && (
        <ConflictDialog
          name={nameIn(designer.value)}
          draft={designer.text}
          words={saving.conflict}
          onClose={saving.leave}
          onKeepMine={(version) => saving.save({ publish: false, base: version })}
          onTakeTheirs={(text, version) => {
            designer.write(text);
            designer.saved(text, version);
            saving.leave();
          }}
        />
      )}
    </>
  );
}

function titleOf(value: unknown): string {
  const { metadata } = (value ?? {}) as { metadata?: { title?: unknown } };
  return typeof metadata?.title === "string" && metadata.title !== "" ? metadata.title : "A template without a title";
}

function namesOf(items: readonly { readonly name: string }[] | undefined): string[] {
  return [...new Set((items ?? []).map(({ name }) => name))];
}
