import { Button } from "@patternfly/react-core";
import { Link } from "@tanstack/react-router";
import { useApi } from "../../api/queries.ts";
import { hrefOf } from "../../kit/paths.ts";
import { Loaded } from "../../kit/problem.tsx";
import { Chassis } from "./chassis.tsx";
import { LookLabel } from "./look-label.tsx";
import { healthOf, type Place, placeWords, slicesOf } from "./topology-rules.ts";

export interface PlaceTileProps {
  readonly place: Place;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}

/** One enclosure or host in the picture: its name leads to its page, its body to what it is connected to. */
export function PlaceTile({ place, isChosen, onChoose }: PlaceTileProps) {
  const health = healthOf(place);
  const slices = slicesOf(place);
  return (
    <li className={`estate-tile estate-tile--${health.tone}`} data-end={`${place.kind}/${place.name}`}>
      <div className="estate-tile__head">
        <Link to={pathOf(place)}>{place.name}</Link>
        <LookLabel look={health} />
      </div>
      <Button variant="plain" className="estate-tile__body" aria-pressed={isChosen} onClick={onChoose}>
        {slices.length > 0 && (
          <span className="estate-slices" aria-hidden="true">
            {slices.map(({ word, tone, count }) => (
              <span
                key={word}
                className={word === "empty" ? "estate-slice estate-slice--empty" : `estate-slice estate-slice--${tone}`}
                style={{ flexGrow: count }}
              />
            ))}
          </span>
        )}
        <span className="estate-tile__words">
          {placeWords(place)}
          <span className="pf-v6-screen-reader">
            ; {isChosen ? "hide" : "show"} what is in {place.name} and what it is connected to
          </span>
        </span>
        {slices.length > 0 && (
          <span className="estate-tile__words berth-muted">
            {slices.map(({ word, count }) => `${count} ${word}`).join(", ")}
          </span>
        )}
      </Button>
      {isChosen && place.kind === "enclosure" && <EnclosureInside name={place.name} />}
    </li>
  );
}

/** Only what somebody looks into is read. */
function EnclosureInside({ name }: { readonly name: string }) {
  const enclosure = useApi("getEnclosure", { params: { id: name } });
  return (
    <Loaded query={enclosure}>
      {({ bays, machines }) => <Chassis name={name} bays={bays} machines={machines} isSmall />}
    </Loaded>
  );
}

function pathOf(place: Place): string {
  return place.kind === "alone" ? "/estate/machines" : hrefOf(place.kind, place.name);
}
