import type { ItemOf } from "../../api/queries.ts";
import { createdColumn, nameColumn, numberColumn, textColumn } from "../../kit/columns.tsx";
import { LinkButton } from "../../kit/link.tsx";
import { ListPage } from "../../kit/list-page.tsx";
import type { BulkAction, Column } from "../../kit/list-types.ts";
import { hrefOf } from "../../kit/paths.ts";
import { bytesText } from "../../kit/size-rules.ts";
import { EstateTabs } from "./estate-page.tsx";
import { ForOperators } from "./for-operators.tsx";
import { RunningImages } from "./running-images.tsx";

type Image = ItemOf<"listImages">;

const COLUMNS: readonly Column<Image>[] = [
  { ...nameColumn<Image>("image"), text: ({ name }) => name },
  numberColumn("version", "Version", ({ version }) => version),
  textColumn("os", "System", ({ os }) => os),
  textColumn("firmware", "Starts on", ({ firmware }) => firmware.map((one) => one.toUpperCase()).join(", ")),
  textColumn("rawBytes", "On disk", ({ rawBytes }) => bytesText(rawBytes)),
  textColumn("streamBytes", "Sent", ({ streamBytes }) => bytesText(streamBytes)),
  numberColumn("hosts", "On hosts", ({ hosts }) => hosts),
  { ...createdColumn<Image>(), isExtra: false },
  textColumn("source", "Source", ({ source }) => source, true),
];

const BULK: readonly BulkAction<Image>[] = [
  {
    verb: "delete",
    label: "Delete",
    operation: "deleteImage",
    input: ({ name, version }) => ({ params: { ref: `${name}@${version}` } }),
    danger: true,
    kept: "Servers that were made of them.",
    lost: "These versions: nothing can be made of them any more.",
  },
];

export function ImagesPage() {
  return (
    <ListPage
      title="Images"
      operation="listImages"
      columns={COLUMNS}
      groupBy={["name", "os"]}
      bulk={BULK}
      rowHref={({ name, version }) => hrefOf("image", `${name}@${version}`)}
      actions={
        <ForOperators>
          <LinkButton to="/estate/add/image-import">Import an image</LinkButton>
          <LinkButton to="/estate/add/image-build" variant="secondary">
            Build one
          </LinkButton>
        </ForOperators>
      }
      empty={{
        title: "The library is empty",
        text: "An image is what is installed on servers. Build one out of Debian packages, or import a disk image.",
        action: (
          <ForOperators>
            <LinkButton to="/estate/add/image-build">Build one</LinkButton>
          </ForOperators>
        ),
      }}
    >
      <EstateTabs />
      <RunningImages />
    </ListPage>
  );
}
