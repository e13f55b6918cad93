import { ExclamationCircleIcon } from "@patternfly/react-icons/dist/esm/icons/exclamation-circle-icon.js";
import { ExclamationTriangleIcon } from "@patternfly/react-icons/dist/esm/icons/exclamation-triangle-icon.js";
import { InfoCircleIcon } from "@patternfly/react-icons/dist/esm/icons/info-circle-icon.js";
import { type ItemOf, useApi } from "../../api/queries.ts";
import { Empty } from "../../kit/empty.tsx";
import { LinkButton, ObjectLink } from "../../kit/link.tsx";
import { money, sumOfAmounts } from "../../kit/money.ts";
import { Panel } from "../../kit/panel.tsx";
import { Loaded } from "../../kit/problem.tsx";
import { State } from "../../kit/state.tsx";
import { useNow, When } from "../../kit/when.tsx";
import { type Due, dueOf } from "./home-rules.ts";

type Service = ItemOf<"listServices">;
const MOST = 100;
const MINUTE_MS = 60_000;
const GONE: readonly Service["state"][] = ["retired", "failed"];

/** One's own services and requests, what is due of them first. */
export function MinePart({ name }: { readonly name: string }) {
  const services = useApi("listServices", { query: { owner: name, limit: MOST, sort: "endsAt" } });
  const requests = useApi("listRequests", { query: { requester: name, limit: MOST } });
  const now = useNow(MINUTE_MS);
  const due = dueOf(requests.data?.items ?? [], services.data?.items ?? [], new Date(now));
  return (
    <>
      {due.length > 0 && (
        <Panel title="Due">
          <ul className="berth-home__rows">
            {due.slice(0, 8).map((one) => (
              <li key={`${one.kind} ${one.id}`}>
                <DueRow due={one} />
              </li>
            ))}
          </ul>
        </Panel>
      )}
      <Panel
        title="My services"
        actions={
          <LinkButton to="/services" variant="link">
            All services
          </LinkButton>
        }
      >
        <Loaded query={services}>
          {({ items }) => <Services services={items.filter((service) => !GONE.includes(service.state))} />}
        </Loaded>
      </Panel>
    </>
  );
}

const SIGNS = { danger: ExclamationCircleIcon, warning: ExclamationTriangleIcon, info: InfoCircleIcon } as const;

function DueRow({ due }: { readonly due: Due }) {
  const Sign = SIGNS[due.tone];
  return (
    <div className={`berth-home__due berth-home__due--${due.tone}`}>
      <Sign title={due.tone} />
      <div>
        <ObjectLink kind={due.kind} id={due.id}>
          {due.name}
        </ObjectLink>
        <div>{due.text}</div>
      </div>
    </div>
  );
}

function Services({ services }: { readonly services: readonly Service[] }) {
  if (services.length === 0) {
    return (
      <Empty
        title="No services yet"
        text="Choose one in the catalogue. You see what it costs, and whether it is free, before you ask."
        action={<LinkButton to="/catalog">Open the catalogue</LinkButton>}
      />
    );
  }
  const currency = services[0]?.price.currency ?? "EUR";
  const perDay = sumOfAmounts(services.map((service) => service.price.perDay));
  return (
    <>
      <ul className="berth-home__rows">
        {services.map((service) => (
          <li key={service.id} className="berth-home__row">
            <div>
              <ObjectLink kind="service" id={service.id}>
                {service.name}
              </ObjectLink>{" "}
              <State value={service.state} />
              <div className="berth-muted">
                {`${service.template}, ends `}
                <When at={service.endsAt} />
              </div>
            </div>
            <span>{money(service.price.perDay, service.price.currency)} a day</span>
          </li>
        ))}
      </ul>
      {services.length > 1 && (
        <p className="berth-home__sum">
          Together <strong>{money(perDay, currency)}</strong> a day
        </p>
      )}
    </>
  );
}
