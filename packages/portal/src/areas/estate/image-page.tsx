import { useNavigate } from "@tanstack/react-router";
import { useApi } from "../../api/queries.ts";
import { Actions } from "../../kit/actions.tsx";
import { Facts } from "../../kit/facts.tsx";
import { useParam } from "../../kit/link.tsx";
import { Page } from "../../kit/page.tsx";
import { Panel } from "../../kit/panel.tsx";
import { Loaded } from "../../kit/problem.tsx";
import { bytesText } from "../../kit/size-rules.ts";
import { When } from "../../kit/when.tsx";
import { ESTATE } from "./estate-page.tsx";
import { OperationsPanel } from "./operations-panel.tsx";

const CRUMBS = [ESTATE, { title: "Images", to: "/estate/images" }];

export function ImagePage() {
  const ref = useParam("id");
  const navigate = useNavigate();
  const image = useApi("getImage", { params: { ref } });
  return (
    <Loaded query={image}>
      {(data) => {
        const name = `${data.name}@${data.version}`;
        return (
          <Page
            title={name}
            crumbs={CRUMBS}
            actions={
              <Actions
                subject={{ kind: "image", name }}
                allowed={["delete"]}
                verbs={[
                  {
                    verb: "delete",
                    label: "Delete",
                    operation: "deleteImage",
                    input: { params: { ref: name } },
                    danger: true,
                    primary: false,
                    kept: "Servers that were made of it.",
                    lost: `${name}: nothing can be made of it any more.`,
                    onDone: () => void navigate({ to: "/estate/images" }),
                  },
                ]}
              />
            }
          >
            <div className="berth-stack">
              <Panel title="Image">
                <Facts
                  columns={1}
                  items={[
                    ["System", data.os],
                    ["Starts on", data.firmware.map((one) => one.toUpperCase()).join(", ")],
                    ["On disk", bytesText(data.rawBytes)],
                    ["Sent to machines", `${bytesText(data.streamBytes)} (zstd)`],
                    [
                      "SHA-256 of the disk",
                      <code key="digest" className="berth-mono estate-digest">
                        {data.rawSha256}
                      </code>,
                    ],
                    ["Source", data.source],
                    ["Hosts that have it", data.hosts],
                    ["Created", <When key="created" at={data.createdAt} />],
                  ]}
                />
              </Panel>
              <OperationsPanel kind="image" id={data.id} />
            </div>
          </Page>
        );
      }}
    </Loaded>
  );
}
