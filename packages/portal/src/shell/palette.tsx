import { contract } from "@berth/api/contract.ts";
import { Modal, ModalBody, TextInput } from "@patternfly/react-core";
import { SearchIcon } from "@patternfly/react-icons/dist/esm/icons/search-icon.js";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, useEffect, useId, useState } from "react";
import type { OperationName } from "../api/client.ts";
import { callOf } from "../api/queries.ts";
import { useRoles } from "../api/session.ts";
import { hrefOf } from "../kit/paths.ts";
import { navigationFor } from "./navigation.ts";
import { bestOf, type PaletteEntry, pageOfTag, SEARCHED, verbsOf } from "./palette-rules.ts";

const INPUT = "berth-palette-input";
const TYPING_MS = 150;
const PER_LIST = 5;
const SHOWN = 12;

/** Ctrl-K: every page, every object by its name, every act. */
export function Palette({ onClose }: { readonly onClose: () => void }) {
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const listId = useId();
  const navigate = useNavigate();
  const found = useEntries(typed);
  const go = (entry: PaletteEntry | undefined) => {
    if (entry === undefined) return;
    onClose();
    void navigate({ to: entry.to });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") setAt((i) => Math.min(i + 1, found.length - 1));
    else if (event.key === "ArrowUp") setAt((i) => Math.max(i - 1, 0));
    else if (event.key === "Enter") go(found[at]);
    else return;
    event.preventDefault();
  };
  const current = found[at];
  return (
    <Modal
      isOpen
      variant="medium"
      position="top"
      onClose={onClose}
      aria-label="Find anything"
      elementToFocus={`#${INPUT}`}
    >
      <ModalBody>
        <div onKeyDown={onKeyDown}>
          <TextInput
            id={INPUT}
            type="search"
            customIcon={<SearchIcon />}
            aria-label="Find any page, object or act"
            placeholder="Find any page, object or act"
            autoComplete="off"
            autoFocus
            value={typed}
            role="combobox"
            aria-expanded="true"
            aria-controls={listId}
            aria-activedescendant={current === undefined ? undefined : `${listId}-${at}`}
            onChange={(_, text) => {
              setTyped(text);
              setAt(0);
            }}
          />
          <ul className="berth-palette" id={listId} role="listbox" aria-label="Found">
            {found.map((entry, i) => (
              // The keyboard acts on the field above, which names the chosen one.
              // biome-ignore lint/a11y/useKeyWithClickEvents: see above
              <li
                key={entry.id}
                id={`${listId}-${i}`}
                role="option"
                tabIndex={-1}
                aria-selected={i === at}
                className={i === at ? "berth-palette__entry berth-palette__entry--on" : "berth-palette__entry"}
                onClick={() => go(entry)}
              >
                <span>{entry.title}</span>
                <span className="berth-muted">{entry.note}</span>
              </li>
            ))}
          </ul>
          <p role="status" className="berth-muted">
            {found.length === 0 ? "Nothing is called like that." : ""}
          </p>
        </div>
      </ModalBody>
    </Modal>
  );
}

function useEntries(typed: string): PaletteEntry[] {
  const roles = useRoles();
  const pages = navigationFor(roles).flatMap(({ items }) =>
    items.map(({ title, to }) => ({ id: `page ${to}`, title, note: "page", to })),
  );
  const acts = verbsOf(contract).flatMap(({ operation, title, tag }) => {
    const to = pageOfTag(tag);
    return to === null ? [] : [{ id: `act ${operation}`, title, note: `act on ${tag}`, to }];
  });
  const objects = useObjects(typed);
  if (typed.trim() === "") return pages.slice(0, SHOWN);
  return [...bestOf(pages, typed, 4), ...objects, ...bestOf(acts, typed, 5)].slice(0, SHOWN + 8);
}

/** Objects whose name holds what was typed, of all lists that the caller may read. */
function useObjects(typed: string): PaletteEntry[] {
  const search = useLater(typed.trim(), TYPING_MS);
  const lists = SEARCHED.filter(({ operation }) => Object.hasOwn(contract, operation));
  const query = useQuery({
    queryKey: ["palette", search],
    enabled: search !== "",
    staleTime: 10_000,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }): Promise<PaletteEntry[]> => {
      const found = await Promise.all(
        lists.map(async ({ operation, kind, id }) => {
          const input = { query: { search, limit: PER_LIST }, signal };
          // A list that the caller may not read has nothing for him.
          const answer = await callOf(operation as OperationName)(input).catch(() => ({ items: [] }));
          const { items } = answer as { items: { id: string; name?: string; title?: string; service?: string }[] };
          return items.map((item) => {
            const title = item.name ?? item.title ?? item.service ?? item.id;
            const key = id === "name" ? (item.name ?? item.id) : item.id;
            return { id: `${kind} ${key}`, title, note: kind, to: hrefOf(kind, key) };
          });
        }),
      );
      return found.flat();
    },
  });
  return search === "" ? [] : (query.data ?? []);
}

/** A value that has stood still for a while. */
function useLater(value: string, waitMs: number): string {
  const [later, setLater] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setLater(value), waitMs);
    return () => clearTimeout(timer);
  }, [value, waitMs]);
  return later;
}
