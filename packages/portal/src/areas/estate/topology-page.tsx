import { Alert, EmptyStateActions, SearchInput, Switch, ToggleGroup, ToggleGroupItem } from "@patternfly/react-core";
import { useState } from "react";
import { type OutputOf, useApi } from "../../api/queries.ts";
import { Empty } from "../../kit/empty.tsx";
import { LinkButton } from "../../kit/link.tsx";
import { Loaded } from "../../kit/problem.tsx";
import { EstatePage } from "./estate-page.tsx";
import { ForOperators } from "./for-operators.tsx";
import { SiteMap } from "./site-map.tsx";
import { countOf, healthOf, machineCount, serverCount } from "./topology-rules.ts";

/** Told by events sooner; this is for what nobody tells, such as time. */
const EVERY_MS = 30_000;

/** The estate as one picture: where servers land, the servers, networks and storage, and what hangs together (CAP D3). */
export function TopologyPage() {
  const topology = useApi("getTopology", {}, { everyMs: EVERY_MS });
  return (
    <EstatePage
      title="Estate"
      actions={
        <ForOperators>
          <LinkButton to="/estate/add-machine">Add machines</LinkButton>
        </ForOperators>
      }
    >
      <Loaded query={topology}>{({ sites }) => (sites.length === 0 ? <NoSite /> : <Sites sites={sites} />)}</Loaded>
    </EstatePage>
  );
}

type Site = OutputOf<"getTopology">["sites"][number];

function NoSite() {
  return (
    <Empty
      title="Nothing is here yet"
      text="Everything stands at a site: begin with one, then its networks, machines and hosts."
      action={
        <EmptyStateActions>
          <LinkButton to="/estate/sites">Add a site</LinkButton>
        </EmptyStateActions>
      }
    />
  );
}

function Sites({ sites }: { readonly sites: readonly Site[] }) {
  const [name, setName] = useState(sites[0]?.name ?? "");
  const [search, setSearch] = useState("");
  const [isAttentionOnly, setAttentionOnly] = useState(false);
  const site = sites.find((one) => one.name === name) ?? sites[0];
  if (site === undefined) return null;
  return (
    <>
      <div className="estate-map__bar">
        {sites.length > 1 && (
          <ToggleGroup aria-label="Site">
            {sites.map((one) => (
              <ToggleGroupItem
                key={one.id}
                text={one.name}
                isSelected={one.name === site.name}
                onChange={() => setName(one.name)}
              />
            ))}
          </ToggleGroup>
        )}
        <SearchInput
          aria-label="Find an enclosure or host"
          placeholder="Find an enclosure or host"
          value={search}
          onChange={(_, text) => setSearch(text)}
          onClear={() => setSearch("")}
        />
        <Switch
          label="Only what needs attention"
          isChecked={isAttentionOnly}
          onChange={(_, isOn) => setAttentionOnly(isOn)}
        />
        <span className="estate-map__sum">{siteWords(site)}</span>
      </div>
      {!site.complete && (
        <Alert
          isInline
          variant="info"
          title="This site has more than a picture can show: use the lists for the rest."
        />
      )}
      <SiteMap key={site.id} site={site} search={search} isAttentionOnly={isAttentionOnly} />
    </>
  );
}

function siteWords({ places, networks }: Site): string {
  const sum = (of: (place: Site["places"][number]) => number) => places.reduce((total, place) => total + of(place), 0);
  const troubled = places.filter((place) => healthOf(place).tone !== "good").length;
  return [
    countOf(sum(machineCount), "machine"),
    countOf(places.filter(({ kind }) => kind === "host").length, "host"),
    countOf(sum(serverCount), "server"),
    countOf(networks.length, "network"),
    troubled === 0 ? "nothing needs attention" : `${countOf(troubled, "place")} to look at`,
  ].join(" · ");
}
