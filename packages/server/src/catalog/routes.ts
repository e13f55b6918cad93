import { priceContract } from "@berth/api/price.ts";
import { templateContract } from "@berth/api/template.ts";
import { audit } from "../identity/audit.ts";
import { type Db, inTx } from "../kernel/db/db.ts";
import { integerKey, mapPage, pageQuery, textKey, uuidKey } from "../kernel/db/list.ts";
import { implement, type RouteSet } from "../kernel/http/handler.ts";
import { readPriceList, type VersionedPriceList, writePriceList } from "./price-store.ts";
import { refOf } from "./store.ts";
import {
  applyTemplate,
  cloneTemplate,
  deleteTemplate,
  getTemplate,
  publishTemplate,
  unpublishTemplate,
  validateTemplate,
} from "./template-actions.ts";
import { latestRows, templateDetailView, templateRows, templateView } from "./template-list.ts";

export interface CatalogDeps {
  readonly db: Db;
}

export function catalogRoutes({ db }: CatalogDeps): RouteSet {
  return implement(
    { ...templateContract, ...priceContract },
    {
      applyTemplate: async ({ actor, body }) => templateDetailView(await applyTemplate(db, actor, body)),
      validateTemplate: async ({ body }) => {
        const items = [...validateTemplate(body.document)];
        return { valid: items.length === 0, items };
      },
      listTemplates: async ({ actor, query }) => {
        const page = await pageQuery(latestRows(db, actor, query), query, {
          sorts: { name: textKey("template.name") },
          standard: "name",
          id: uuidKey("template.id"),
          search: textKey("template.name"),
        });
        return mapPage(page, templateView);
      },
      getTemplate: async ({ actor, params }) => templateDetailView(await getTemplate(db, actor, params.name)),
      listTemplateVersions: async ({ actor, params, query }) => {
        const { name } = refOf(params.name);
        await getTemplate(db, actor, name);
        const page = await pageQuery(templateRows(db, actor).where("name", "=", name), query, {
          sorts: { version: integerKey("template.number") },
          standard: "-version",
          id: uuidKey("template.id"),
          search: textKey("template.title"),
        });
        return mapPage(page, templateView);
      },
      exportTemplate: async ({ actor, params }) => ({ yaml: (await getTemplate(db, actor, params.name)).document }),
      publishTemplate: async ({ actor, params }) => templateDetailView(await publishTemplate(db, actor, params.name)),
      unpublishTemplate: async ({ actor, params }) =>
        templateDetailView(await unpublishTemplate(db, actor, params.name)),
      cloneTemplate: async ({ actor, params, body }) =>
        templateDetailView(await cloneTemplate(db, actor, params.name, body.as)),
      deleteTemplate: async ({ actor, params }) => ({ deleted: await deleteTemplate(db, actor, params.name) }),

      getPriceList: async () => priceListView(await readPriceList(db)),
      putPriceList: async ({ actor, body, ifMatch }) =>
        inTx(db, async (tx) => {
          await writePriceList(tx, body, ifMatch);
          await audit(tx, {
            actor,
            action: "price-list.update",
            object: { kind: "price-list", id: "price-list" },
            outcome: "done",
            details: body,
          });
          return priceListView(await readPriceList(tx));
        }),
    },
  );
}

/** PostgreSQL writes `4.0000`; people write `4`. */
function priceListView({ version, list }: VersionedPriceList) {
  const short = (amount: string) => (amount.includes(".") ? amount.replace(/\.?0+$/, "") : amount);
  return {
    version,
    currency: list.currency,
    physicalServer: short(list.physicalServer),
    virtualServer: short(list.virtualServer),
    core: short(list.core),
    memoryGiB: short(list.memoryGiB),
    address: short(list.address),
    storageGiB: short(list.storageGiB),
  };
}
