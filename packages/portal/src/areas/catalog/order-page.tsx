import type { AnyInput } from "@berth/api/client.ts";
import { useNavigate } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { type OutputOf, useApi } from "../../api/queries.ts";
import { useMe } from "../../api/session.ts";
import { ContractForm } from "../../kit/contract-form.tsx";
import { useParam } from "../../kit/link.tsx";
import { Page } from "../../kit/page.tsx";
import { hrefOf } from "../../kit/paths.ts";
import { pickMany, pickOne } from "../../kit/pickers.tsx";
import { Loaded } from "../../kit/problem.tsx";
import { leaseEnd, leaseStart, policyChoice } from "./lease-widgets.tsx";
import { OrderQuote } from "./order-quote.tsx";
import { usualEnd, type Wish } from "./quote-rules.ts";
import "./catalog.css";

const ORDER = ["service", "completion", "email", "startsAt", "endsAt", "leasePolicy", "pools", "onFailure", "project"];
const WIDGETS = {
  startsAt: leaseStart,
  endsAt: leaseEnd,
  leasePolicy: policyChoice,
  pools: pickMany("listPools"),
  project: pickOne("listProjects"),
};

/** The form to ask for a service; price and availability are answered while one types. */
export function OrderPage() {
  const name = useParam("name");
  const template = useApi("getTemplate", { params: { name } });
  const title = template.data?.title ?? name;
  const crumbs = [
    { title: "Catalogue", to: "/catalog" },
    { title, to: hrefOf("template", name) },
  ];
  return (
    <Page title={`Request ${title}`} crumbs={crumbs}>
      <Loaded query={template}>{(found) => <OrderForm template={found} />}</Loaded>
    </Page>
  );
}

function OrderForm({ template }: { readonly template: OutputOf<"getTemplate"> }) {
  const me = useMe();
  const navigate = useNavigate();
  const [openedAt] = useState(() => new Date());
  const initial = useMemo(() => {
    const email = me.data?.email ?? undefined;
    const body = { template: template.name, endsAt: usualEnd(openedAt), ...(email === undefined ? {} : { email }) };
    return { body };
  }, [me.data, template.name, openedAt]);
  if (me.data === undefined) return null;
  return (
    <ContractForm<OutputOf<"createRequest">>
      operation="createRequest"
      initial={initial}
      hidden={["template"]}
      order={ORDER}
      widgets={WIDGETS}
      submitLabel="Request"
      onDone={(request) => void navigate({ to: hrefOf("request", request.id) })}
      aside={(input: AnyInput) => <OrderQuote template={template.name} draft={input.body as Partial<Wish>} />}
    />
  );
}
