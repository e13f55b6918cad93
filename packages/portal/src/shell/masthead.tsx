import {
  Button,
  Divider,
  Dropdown,
  DropdownItem,
  DropdownList,
  Masthead,
  MastheadBrand,
  MastheadContent,
  MastheadLogo,
  MastheadMain,
  MastheadToggle,
  MenuToggle,
  PageToggleButton,
  ToggleGroup,
  ToggleGroupItem,
} from "@patternfly/react-core";
import { DesktopIcon } from "@patternfly/react-icons/dist/esm/icons/desktop-icon.js";
import { MoonIcon } from "@patternfly/react-icons/dist/esm/icons/moon-icon.js";
import { SearchIcon } from "@patternfly/react-icons/dist/esm/icons/search-icon.js";
import { SunIcon } from "@patternfly/react-icons/dist/esm/icons/sun-icon.js";
import { UserIcon } from "@patternfly/react-icons/dist/esm/icons/user-icon.js";
import { Link, useNavigate } from "@tanstack/react-router";
import { type Ref, useState } from "react";
import { sessionEnded } from "../api/connection.ts";
import { queryClient, useAct } from "../api/queries.ts";
import { HelpDialog } from "./help-dialog.tsx";
import { Logo } from "./logo.tsx";
import { PasswordDialog } from "./password-dialog.tsx";
import { setTheme, type Theme, useTheme } from "./theme.ts";

export interface PortalMastheadProps {
  readonly name: string;
  readonly onSearch: () => void;
}

export function PortalMasthead({ name, onSearch }: PortalMastheadProps) {
  return (
    <Masthead>
      <MastheadMain>
        <MastheadToggle>
          <PageToggleButton variant="plain" isHamburgerButton aria-label="Show or hide the navigation" />
        </MastheadToggle>
        <MastheadBrand>
          <MastheadLogo component={(props: object) => <Link to="/" aria-label="Berth, home" {...props} />}>
            <Logo />
          </MastheadLogo>
        </MastheadBrand>
      </MastheadMain>
      <MastheadContent>
        <div className="berth-masthead">
          <Button variant="control" icon={<SearchIcon />} onClick={onSearch} aria-keyshortcuts="Control+K">
            Find anything <kbd className="berth-kbd">Ctrl K</kbd>
          </Button>
          <ThemeChoice />
          <UserMenu name={name} />
        </div>
      </MastheadContent>
    </Masthead>
  );
}

const THEMES = [
  { theme: "light", label: "Light", icon: <SunIcon /> },
  { theme: "system", label: "As the system", icon: <DesktopIcon /> },
  { theme: "dark", label: "Dark", icon: <MoonIcon /> },
] as const satisfies readonly { theme: Theme; label: string; icon: unknown }[];

function ThemeChoice() {
  const chosen = useTheme();
  return (
    <ToggleGroup aria-label="Theme" isCompact>
      {THEMES.map(({ theme, label, icon }) => (
        <ToggleGroupItem
          key={theme}
          icon={icon}
          aria-label={label}
          isSelected={chosen === theme}
          onChange={() => setTheme(theme)}
        />
      ))}
    </ToggleGroup>
  );
}

function UserMenu({ name }: { readonly name: string }) {
  const [isOpen, setOpen] = useState(false);
  const [dialog, setDialog] = useState<"password" | "help" | null>(null);
  const navigate = useNavigate();
  const logout = useAct("logout", {
    onDone: () => {
      queryClient.clear();
      sessionEnded();
    },
  });
  return (
    <>
      <Dropdown
        isOpen={isOpen}
        onOpenChange={setOpen}
        onSelect={() => setOpen(false)}
        popperProps={{ position: "right" }}
        toggle={(ref: Ref<HTMLButtonElement>) => (
          <MenuToggle
            ref={ref}
            variant="plainText"
            icon={<UserIcon />}
            isExpanded={isOpen}
            onClick={() => setOpen(!isOpen)}
          >
            {name}
          </MenuToggle>
        )}
      >
        <DropdownList>
          <DropdownItem onClick={() => void navigate({ to: "/profile" })}>Profile, tokens and sessions</DropdownItem>
          <DropdownItem onClick={() => setDialog("password")}>Change password</DropdownItem>
          <DropdownItem onClick={() => setDialog("help")}>Help and keys</DropdownItem>
          <Divider component="li" />
          <DropdownItem onClick={() => logout.mutate({})}>Sign out</DropdownItem>
        </DropdownList>
      </Dropdown>
      {dialog === "password" && <PasswordDialog onClose={() => setDialog(null)} />}
      {dialog === "help" && <HelpDialog onClose={() => setDialog(null)} />}
    </>
  );
}
