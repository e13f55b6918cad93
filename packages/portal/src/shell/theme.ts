import { useSyncExternalStore } from "react";

export type Theme = "light" | "dark" | "system";

/** Read by public/theme.js too, before the first paint. */
const KEY = "berth-theme";
const DARK_CLASS = "pf-v6-theme-dark";
const system = matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();

function read(): Theme {
  const kept = localStorage.getItem(KEY);
  return kept === "light" || kept === "dark" ? kept : "system";
}

export function setTheme(theme: Theme): void {
  if (theme === "system") localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, theme);
  apply();
}

function apply(): void {
  document.documentElement.classList.toggle(DARK_CLASS, isDark());
  for (const listener of listeners) listener();
}

function isDark(): boolean {
  const theme = read();
  return theme === "dark" || (theme === "system" && system.matches);
}

system.addEventListener("change", apply);
// Another tab has changed it.
window.addEventListener("storage", apply);

function onTheme(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useTheme(): Theme {
  return useSyncExternalStore(onTheme, read);
}
