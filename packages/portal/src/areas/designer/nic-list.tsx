import { remove } from "@berth/sdk/draft-edit.ts";
import type { GroupNode, Wire } from "@berth/sdk/graph.ts";
import { isList, isObject, type Json, valueAt, withValueAt } from "@berth/sdk/json.ts";
import { Button, Radio } from "@patternfly/react-core";
import { ArrowDownIcon } from "@patternfly/react-icons/dist/esm/icons/arrow-down-icon.js";
import { ArrowUpIcon } from "@patternfly/react-icons/dist/esm/icons/arrow-up-icon.js";
import { ConnectMenu } from "./connect-menu.tsx";
import { nameOf } from "./node-words.ts";
import { PartFields } from "./part-fields.tsx";
import { FIELDS } from "./schema-fields.ts";
import type { Designer } from "./use-designer.ts";

/** The NICs of a group in their order, and which of them is the primary one. */
export function NicList({ designer, node }: { readonly designer: Designer; readonly node: GroupNode }) {
  const wires = designer.graph.wires.filter((wire) => wire.group === node.id);
  return (
    <section className="designer-nics" aria-label="Network interfaces">
      <h3>Network interfaces</h3>
      {wires.map((wire, i) => (
        <Nic key={wire.id} designer={designer} node={node} wire={wire} place={i} count={wires.length} />
      ))}
      <ConnectMenu designer={designer} node={node} />
    </section>
  );
}

interface NicProps {
  readonly designer: Designer;
  readonly node: GroupNode;
  readonly wire: Wire;
  readonly place: number;
  readonly count: number;
}

function Nic({ designer, node, wire, place, count }: NicProps) {
  const network = nameOf(designer.graph, wire.network);
  const nics = [...node.path, "nics"];
  const swap = (by: -1 | 1) =>
    designer.edit((draft) => withValueAt(draft, nics, swapped(valueAt(draft, nics), place, place + by)));
  const choose = () => designer.edit((draft) => withValueAt(draft, nics, withPrimary(valueAt(draft, nics), place)));
  return (
    <fieldset className="berth-item">
      <legend>
        {place + 1}. {network}
        <Button
          variant="plain"
          icon={<ArrowUpIcon />}
          aria-label={`Move ${network} up`}
          isDisabled={place === 0}
          onClick={() => swap(-1)}
        />
        <Button
          variant="plain"
          icon={<ArrowDownIcon />}
          aria-label={`Move ${network} down`}
          isDisabled={place === count - 1}
          onClick={() => swap(1)}
        />
        <Button variant="link" isInline onClick={() => designer.edit((draft) => remove(draft, wire.id))}>
          Disconnect
        </Button>
      </legend>
      <Radio
        id={`primary-${wire.id}`}
        name={`primary-${node.id}`}
        label="Primary: installs the system, and the server is known by it"
        isChecked={wire.data.primary === true || count === 1}
        onChange={choose}
      />
      <PartFields designer={designer} path={wire.path} fields={FIELDS.nic} />
    </fieldset>
  );
}

function swapped(nics: Json | undefined, a: number, b: number): Json {
  const items = isList(nics) ? [...nics] : [];
  const [first, second] = [items[a], items[b]];
  if (first === undefined || second === undefined) return items;
  items[a] = second;
  items[b] = first;
  return items;
}

function withPrimary(nics: Json | undefined, chosen: number): Json {
  return (isList(nics) ? nics : []).map((nic, i) => {
    if (!isObject(nic)) return nic;
    const { primary: _primary, ...rest } = nic;
    return i === chosen ? { ...rest, primary: true } : rest;
  });
}
