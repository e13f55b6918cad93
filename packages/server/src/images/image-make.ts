import { audit } from "../audit/audit.ts";
import { dbStep, type StepCall, step, workflow } from "../kernel/workflow/workflow.ts";
import type { DiskFacts } from "./disk-write.ts";
import type { ImageFiles } from "./image-files.ts";
import { addImage, removeImage } from "./store.ts";

/** Where an image's bytes come from. */
export type ImageSource =
  | { readonly kind: "build"; readonly recipe: "debian-12" | "stand-in"; readonly mirror?: string }
  | { readonly kind: "file"; readonly file: string; readonly format: "raw" | "qcow2"; readonly sha256?: string }
  | { readonly kind: "url"; readonly url: string; readonly format: "raw" | "qcow2"; readonly sha256?: string };

export interface ImageMake {
  readonly imageId: string;
  readonly name: string;
  readonly os: string | null;
  readonly firmware: readonly string[];
  readonly source: ImageSource;
  readonly actor: { readonly userId: string | null; readonly name: string };
}

export interface ImageWorld {
  readonly files: Pick<ImageFiles, "remove">;
  /** Makes the image's two files be in its folder, from whatever was left there by an earlier attempt. */
  fetch(input: ImageMake, call: StepCall): Promise<DiskFacts>;
}

type Deps = ImageWorld & StepCall;

const FETCH_MS = 60 * 60_000;

const fetchBytes = step({
  name: "fetch",
  timeoutMs: FETCH_MS,
  attempts: 2,
  run: (deps: Deps, i: ImageMake) => deps.fetch(i, deps),
  undo: (deps, i) => deps.files.remove(i.imageId),
});

const record = dbStep({
  name: "record",
  run: async (tx, i: { make: ImageMake; facts: DiskFacts }) => {
    const { make, facts } = i;
    const image = await addImage(tx, {
      id: make.imageId,
      name: make.name,
      os: make.os,
      firmware: [...make.firmware],
      raw_bytes: facts.rawBytes,
      raw_sha256: facts.rawSha256,
      stream_bytes: facts.streamBytes,
      source: describeSource(make.source),
    });
    const isNew = image.id === make.imageId;
    if (isNew) {
      const object = { kind: "image", id: image.id, name: `${image.name}@${image.version}` };
      await audit(tx, {
        actor: make.actor,
        action: "image.add",
        object,
        outcome: "done",
        details: { source: image.source },
      });
    }
    return { id: image.id, ref: `${image.name}@${image.version}`, isNew };
  },
  undo: (tx, i) => removeImage(tx, i.make.imageId),
});

/** The same bytes are in the library already, under the same name: that image is the answer, and these go. */
const dropTwin = step({
  name: "drop-twin",
  run: (deps: Deps, i: { imageId: string }) => deps.files.remove(i.imageId),
  undo: { none: "nothing is recorded of what was removed" },
});

export const imageMake = workflow({
  name: "image-make",
  onFailure: "unwind",
  steps: [fetchBytes, record, dropTwin],
  async run(wf, make: ImageMake) {
    const facts = await wf.do(fetchBytes, make);
    const image = await wf.do(record, { make, facts });
    if (!image.isNew) await wf.do(dropTwin, { imageId: make.imageId });
    return { imageId: image.id, image: image.ref, isNew: image.isNew };
  },
});

export function describeSource(source: ImageSource): string {
  switch (source.kind) {
    case "build":
      return `built: ${source.recipe}`;
    case "file":
      return `file: ${source.file} (${source.format})`;
    case "url":
      return `${source.url} (${source.format})`;
  }
}
