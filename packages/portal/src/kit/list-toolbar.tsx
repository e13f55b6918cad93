import {
  Button,
  Checkbox,
  Divider,
  Dropdown,
  DropdownItem,
  DropdownList,
  FormSelect,
  FormSelectOption,
  MenuToggle,
  Modal,
  ModalBody,
  ModalFooter,
  ModalHeader,
  Popover,
  SearchInput,
  TextInput,
} from "@patternfly/react-core";
import { ColumnsIcon } from "@patternfly/react-icons/dist/esm/icons/columns-icon.js";
import { DownloadIcon } from "@patternfly/react-icons/dist/esm/icons/download-icon.js";
import { type Ref, useEffect, useState } from "react";
import type { View } from "./list-views.ts";

export interface ListToolbarProps {
  readonly search: string;
  readonly onSearch: (text: string) => void;
  readonly groups: readonly { readonly id: string; readonly title: string }[];
  readonly groupBy: string | null;
  readonly onGroupBy: (id: string | null) => void;
  readonly columns: readonly { readonly id: string; readonly title: string; readonly isShown: boolean }[];
  readonly onColumns: (shown: readonly string[]) => void;
  readonly views: readonly View[];
  readonly onView: (view: View) => void;
  readonly onSaveView: (name: string) => void;
  readonly onDropView: (name: string) => void;
  readonly onExport: () => Promise<void>;
  readonly count: string;
  /** For a list that is too long to be read again by itself; null while it is up to date. */
  readonly onReadAgain: (() => void) | null;
}

const TYPING_MS = 250;

export function ListToolbar(props: ListToolbarProps) {
  return (
    <div className="berth-toolbar" role="toolbar" aria-label="List">
      <SearchField search={props.search} onSearch={props.onSearch} />
      {props.groups.length > 0 && (
        <FormSelect
          aria-label="Group by"
          className="berth-toolbar__select"
          value={props.groupBy ?? ""}
          onChange={(_, id) => props.onGroupBy(id === "" ? null : id)}
        >
          <FormSelectOption value="" label="Not grouped" />
          {props.groups.map(({ id, title }) => (
            <FormSelectOption key={id} value={id} label={`By ${title.toLowerCase()}`} />
          ))}
        </FormSelect>
      )}
      <ViewsMenu {...props} />
      <Popover
        aria-label="Columns"
        hasAutoWidth
        bodyContent={props.columns.map(({ id, title, isShown }) => (
          <Checkbox
            key={id}
            id={`berth-column-${id}`}
            label={title}
            isChecked={isShown}
            onChange={() =>
              props.onColumns(
                props.columns.filter((one) => (one.id === id ? !isShown : one.isShown)).map((one) => one.id),
              )
            }
          />
        ))}
      >
        <Button variant="plain" icon={<ColumnsIcon />} aria-label="Columns" />
      </Popover>
      <ExportButton onExport={props.onExport} />
      {props.onReadAgain !== null && (
        <Button variant="link" isInline onClick={props.onReadAgain}>
          Something has changed: read it again
        </Button>
      )}
      <span className="berth-toolbar__count" role="status">
        {props.count}
      </span>
    </div>
  );
}

function SearchField({ search, onSearch }: Pick<ListToolbarProps, "search" | "onSearch">) {
  const [text, setText] = useState(search);
  useEffect(() => setText(search), [search]);
  useEffect(() => {
    if (text === search) return;
    const timer = setTimeout(() => onSearch(text), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text, search, onSearch]);
  return (
    <SearchInput
      className="berth-toolbar__search"
      aria-label="Search by name"
      placeholder="Search by name"
      value={text}
      onChange={(_, next) => setText(next)}
      onClear={() => setText("")}
    />
  );
}

function ViewsMenu({ views, onView, onSaveView, onDropView }: ListToolbarProps) {
  const [isOpen, setOpen] = useState(false);
  const [isNaming, setNaming] = useState(false);
  const [name, setName] = useState("");
  return (
    <>
      <Dropdown
        isOpen={isOpen}
        onOpenChange={setOpen}
        onSelect={() => setOpen(false)}
        toggle={(ref: Ref<HTMLButtonElement>) => (
          <MenuToggle ref={ref} onClick={() => setOpen(!isOpen)} isExpanded={isOpen}>
            Views
          </MenuToggle>
        )}
      >
        <DropdownList>
          {views.map((view) => (
            <DropdownItem key={view.name} onClick={() => onView(view)}>
              {view.name}
            </DropdownItem>
          ))}
          {views.length > 0 && <Divider key="line" component="li" />}
          <DropdownItem key="save" onClick={() => setNaming(true)}>
            Save this view
          </DropdownItem>
          {views.map((view) => (
            <DropdownItem key={`drop ${view.name}`} onClick={() => onDropView(view.name)}>
              Forget {view.name}
            </DropdownItem>
          ))}
        </DropdownList>
      </Dropdown>
      {isNaming && (
        <Modal isOpen variant="small" onClose={() => setNaming(false)} aria-label="Save this view">
          <ModalHeader
            title="Save this view"
            description="Filter, order and grouping, under a name; kept by this browser."
          />
          <ModalBody>
            <TextInput aria-label="Name of the view" value={name} onChange={(_, text) => setName(text)} />
          </ModalBody>
          <ModalFooter>
            <Button
              isDisabled={name.trim() === ""}
              onClick={() => {
                onSaveView(name.trim());
                setNaming(false);
              }}
            >
              Save
            </Button>
          </ModalFooter>
        </Modal>
      )}
    </>
  );
}

function ExportButton({ onExport }: Pick<ListToolbarProps, "onExport">) {
  const [isBusy, setBusy] = useState(false);
  return (
    <Button
      variant="plain"
      icon={<DownloadIcon />}
      aria-label="Export as CSV"
      isLoading={isBusy}
      onClick={() => {
        setBusy(true);
        void onExport().finally(() => setBusy(false));
      }}
    />
  );
}
