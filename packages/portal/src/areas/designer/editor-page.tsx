import { EMPTY_TEMPLATE } from "@berth/sdk/draft-edit.ts";
import { writeYaml } from "@berth/sdk/yaml-text.ts";
import { type OutputOf, useApi } from "../../api/queries.ts";
import { useParam } from "../../kit/link.tsx";
import { Loaded } from "../../kit/problem.tsx";
import { NEW_TEMPLATE, readDraft } from "./draft-store.ts";
import { Editor } from "./editor.tsx";

/** The designer for one template; begins with the draft that was left, if there is one. */
export function EditorPage() {
  const name = useParam("name");
  return name === NEW_TEMPLATE ? <NewTemplate /> : <SavedTemplate key={name} name={name} />;
}

function NewTemplate() {
  const draft = readDraft(NEW_TEMPLATE);
  const blank = writeYaml(EMPTY_TEMPLATE);
  const start = { key: NEW_TEMPLATE, text: draft?.text ?? blank, savedText: blank, base: 0 };
  return <Editor start={start} saved={null} restoredAt={draft?.savedAt ?? null} />;
}

function SavedTemplate({ name }: { readonly name: string }) {
  const template = useApi("getTemplate", { params: { name } });
  return <Loaded query={template}>{(detail) => <Text name={name} template={detail} />}</Loaded>;
}

function Text({ name, template }: { readonly name: string; readonly template: OutputOf<"getTemplate"> }) {
  const yaml = useApi("exportTemplate", { params: { name } });
  return (
    <Loaded query={yaml}>
      {({ yaml: savedText }) => {
        const draft = readDraft(name);
        const start = { key: name, text: draft?.text ?? savedText, savedText, base: draft?.base ?? template.version };
        return <Editor start={start} saved={template} restoredAt={draft?.savedAt ?? null} />;
      }}
    </Loaded>
  );
}
