import { useApi } from "../../api/queries.ts";
import { ContractForm } from "../../kit/contract-form.tsx";
import { Page } from "../../kit/page.tsx";
import { Panel } from "../../kit/panel.tsx";
import { Loaded } from "../../kit/problem.tsx";
import { toast } from "../../kit/toasts.tsx";
import { SettingsTabs } from "./settings-tabs.tsx";

const ORDER = ["currency", "physicalServer", "virtualServer", "core", "memoryGiB", "address", "storageGiB"];

/** What things cost per day. */
export function PricesPage() {
  const prices = useApi("getPriceList", {}, { staleMs: Number.POSITIVE_INFINITY });
  return (
    <Page title="Settings">
      <SettingsTabs />
      <Panel title="Prices per day">
        <Loaded query={prices}>
          {({ version, ...body }) => (
            <ContractForm
              key={version}
              operation="putPriceList"
              order={ORDER}
              initial={{ ifMatch: version, body }}
              onReload={() => void prices.refetch()}
              onDone={() =>
                toast({ title: "The price list is saved", text: "What was requested before keeps its price." })
              }
            />
          )}
        </Loaded>
      </Panel>
    </Page>
  );
}
