import { priceContract } from "@berth/api/price.ts";
import { templateContract } from "@berth/api/template.ts";
import { audit, changeOf } from "../audit/audit.ts";
import { type Db, inTx } from "../kernel/db/db.ts";
import { integerKey, mapPage, pageQuery, textKey, uuidKey } from "../kernel/db/list.ts";
import { implement, type RouteSet } from "../kernel/http/handler.ts";
import { moneyShort } from "../kernel/money.ts";
import type { TemplateProblem } from "./document.ts";
import { readPriceList, type VersionedPriceList, writePriceList } from "./price-store.ts";
import { refOf, type TemplateRow } from "./store.ts";
import {
  applyTemplate,
  cloneTemplate,
  deleteTemplate,
  diffTemplate,
  getTemplate,
  publishTemplate,
  unpublishTemplate,
} from "./template-actions.ts";
import { latestRows, templateDetailView, templateRows, templateView } from "./template-list.ts";
import { type Validation, validateTemplate } from "./template-validate.ts";

export interface CatalogDeps {
  readonly db: Db;
}

export function catalogRoutes({ db }: CatalogDeps): RouteSet {
  const prices = async () => (await readPriceList(db)).list;
  const detail = async (row: TemplateRow) => templateDetailView(row, await prices());
  return implement(
    { ...templateContract, ...priceContract },
    {
      applyTemplate: async ({ actor, body }) => detail(await applyTemplate(db, actor, body)),
      validateTemplate: async ({ body }) => validationView(await validateTemplate(db, body)),
      listTemplates: async ({ actor, query }) => {
        const page = await pageQuery(latestRows(db, actor, query), query, {
          sorts: { name: textKey("template.name") },
          standard: "name",
          id: uuidKey("template.id"),
          search: textKey("template.name"),
        });
        const list = await prices();
        return mapPage(page, (row) => templateView(row, list));
      },
      getTemplate: async ({ actor, params }) => detail(await getTemplate(db, actor, params.name)),
      listTemplateVersions: async ({ actor, params, query }) => {
        const { name } = refOf(params.name);
        await getTemplate(db, actor, name);
        const page = await pageQuery(templateRows(db, actor).where("name", "=", name), query, {
          sorts: { version: integerKey("template.number") },
          standard: "-version",
          id: uuidKey("template.id"),
          search: textKey("template.title"),
        });
        const list = await prices();
        return mapPage(page, (row) => templateView(row, list));
      },
      exportTemplate: async ({ actor, params }) => ({ yaml: (await getTemplate(db, actor, params.name)).document }),
      diffTemplate: ({ actor, params, query }) => diffTemplate(db, actor, params.name, query),
      publishTemplate: async ({ actor, params }) => detail(await publishTemplate(db, actor, params.name)),
      unpublishTemplate: async ({ actor, params }) => detail(await unpublishTemplate(db, actor, params.name)),
      cloneTemplate: async ({ actor, params, body }) => detail(await cloneTemplate(db, actor, params.name, body.as)),
      deleteTemplate: async ({ actor, params }) => ({ deleted: await deleteTemplate(db, actor, params.name) }),

      getPriceList: async () => priceListView(await readPriceList(db)),
      putPriceList: async ({ actor, body, ifMatch }) =>
        inTx(db, async (tx) => {
          const before = priceListView(await readPriceList(tx));
          await writePriceList(tx, body, ifMatch);
          const after = priceListView(await readPriceList(tx));
          await audit(tx, {
            actor,
            action: "price-list.update",
            object: { kind: "price-list", id: "price-list" },
            outcome: "done",
            ...changeOf(before, after),
          });
          return after;
        }),
    },
  );
}

function validationView({ items, hints, ...rest }: Validation) {
  const plain = (problem: TemplateProblem) => ({ ...problem, path: [...problem.path] });
  return { ...rest, items: items.map(plain), hints: hints.map(plain) };
}

function priceListView({ version, list }: VersionedPriceList) {
  return {
    version,
    currency: list.currency,
    physicalServer: moneyShort(list.physicalServer),
    virtualServer: moneyShort(list.virtualServer),
    core: moneyShort(list.core),
    memoryGiB: moneyShort(list.memoryGiB),
    address: moneyShort(list.address),
    storageGiB: moneyShort(list.storageGiB),
  };
}
