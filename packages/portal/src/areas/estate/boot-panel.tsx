import { ExpandableSection } from "@patternfly/react-core";
import { CheckIcon } from "@patternfly/react-icons/dist/esm/icons/check-icon.js";
import { TimesIcon } from "@patternfly/react-icons/dist/esm/icons/times-icon.js";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useApi } from "../../api/queries.ts";
import { Panel } from "../../kit/panel.tsx";
import { Loaded } from "../../kit/problem.tsx";
import { When } from "../../kit/when.tsx";

/** What the machine would boot now and why, and what it has booted. */
export function BootPanel({ machine }: { readonly machine: { readonly id: string; readonly name: string } }) {
  const explanation = useApi("explainBoot", { params: { id: machine.id } });
  const [isOpen, setOpen] = useState(false);
  return (
    <Panel title="Network boot">
      <Loaded query={explanation}>
        {({ chosen, reason, policy, policies }) => (
          <>
            <p>
              Would boot <strong>{chosen}</strong> now: {reason}.{" "}
              {policy !== null && (
                <>
                  Decided by policy <Link to="/estate/policies">{policy}</Link>.
                </>
              )}
            </p>
            {policies.length > 0 && (
              <ExpandableSection
                toggleText="Why?"
                isExpanded={isOpen}
                onToggle={(_, isExpanded) => setOpen(isExpanded)}
              >
                <ul className="berth-candidates">
                  {policies.map(({ name, isMatch, why }) => (
                    <li key={name}>
                      {isMatch ? (
                        <CheckIcon className="berth-good" title="matches" />
                      ) : (
                        <TimesIcon className="berth-bad" title="does not match" />
                      )}
                      <span className="berth-candidate">{name}</span>
                      <span>{why}</span>
                    </li>
                  ))}
                </ul>
              </ExpandableSection>
            )}
          </>
        )}
      </Loaded>
      <h3 className="estate-subhead">What it booted</h3>
      <Boots id={machine.id} />
    </Panel>
  );
}

function Boots({ id }: { readonly id: string }) {
  const boots = useApi("listBoots", { params: { id }, query: { limit: 20 } });
  return (
    <Loaded query={boots}>
      {({ items }) =>
        items.length === 0 ? (
          <p className="berth-muted">It has not asked for anything over the network yet.</p>
        ) : (
          <ul className="estate-plain-list">
            {items.map((boot) => (
              <li key={boot.id}>
                <When at={boot.lastAt} /> <strong>{boot.chosen}</strong>
                {boot.times > 1 && ` (${boot.times} times)`}: {boot.reason}{" "}
                <span className="berth-muted">
                  {boot.mac}, {boot.platform}
                </span>
              </li>
            ))}
          </ul>
        )
      }
    </Loaded>
  );
}
