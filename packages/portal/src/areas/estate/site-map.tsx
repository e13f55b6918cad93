import { useRef, useState } from "react";
import type { OutputOf } from "../../api/queries.ts";
import { Empty } from "../../kit/empty.tsx";
import { NetworkLane, ServerLane, StorageLane } from "./map-lanes.tsx";
import { PlaceTile } from "./place-tile.tsx";
import { filterPlaces, type Place } from "./topology-rules.ts";
import { Wires } from "./wires.tsx";
import "./site-map.css";

export interface SiteMapProps {
  readonly site: OutputOf<"getTopology">["sites"][number];
  readonly search: string;
  readonly isAttentionOnly: boolean;
}

/**
 * One site: places on the left, and what they are connected to on the right. Choosing a place draws its wires and shows
 * what is in it; choosing a network leaves the places that use it. Tiles off the screen are not drawn by the browser.
 */
export function SiteMap({ site, search, isAttentionOnly }: SiteMapProps) {
  const map = useRef<HTMLDivElement>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const [network, setNetwork] = useState<string | null>(null);
  const shown = filterPlaces(site.places, { search, isAttentionOnly, network });
  const place = shown.find((one) => keyOf(one) === chosen) ?? null;
  const toggle = (one: Place) => setChosen(keyOf(one) === chosen ? null : keyOf(one));
  const sections = [
    { title: "Enclosures", kind: "enclosure" },
    { title: "Hosts", kind: "host" },
    { title: "Standing alone", kind: "alone" },
  ] as const;
  return (
    <div className="estate-map" ref={map}>
      <div className="estate-map__places">
        {sections.map(({ title, kind }) => {
          const here = shown.filter((one) => one.kind === kind);
          if (here.length === 0) return null;
          return (
            <section key={kind} aria-label={title}>
              <h2>
                {title} <span className="berth-muted">{here.length}</span>
              </h2>
              <ul className="estate-map__tiles">
                {here.map((one) => (
                  <PlaceTile
                    key={keyOf(one)}
                    place={one}
                    isChosen={keyOf(one) === chosen}
                    onChoose={() => toggle(one)}
                  />
                ))}
              </ul>
            </section>
          );
        })}
        {shown.length === 0 && <NothingShown isEmpty={site.places.length === 0} />}
      </div>
      <div className="estate-map__lanes">
        <ServerLane places={shown} chosen={place} />
        <NetworkLane
          networks={site.networks}
          linked={place?.networks ?? null}
          chosen={network}
          onChoose={(name) => setNetwork(name === network ? null : name)}
        />
        <StorageLane places={shown} chosen={place} />
      </div>
      <Wires map={map} from={chosen} to={place === null ? [] : endsOf(place)} />
    </div>
  );
}

function NothingShown({ isEmpty }: { readonly isEmpty: boolean }) {
  return isEmpty ? (
    <Empty title="Nothing stands here yet" text="Add an enclosure, machines or a host to this site." />
  ) : (
    <Empty title="Nothing matches" text="No place has that name, network or trouble." />
  );
}

function keyOf(place: Place): string {
  return `${place.kind}/${place.name}`;
}

/** What a place is wired to, as the lanes name it. */
function endsOf(place: Place): string[] {
  return [
    ...(place.servers.length === 0 ? [] : ["servers"]),
    ...place.networks.map(({ name }) => `network/${name}`),
    ...(place.storage === null ? [] : [`storage/${place.storage.pool}`]),
  ];
}
