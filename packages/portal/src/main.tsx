import "@patternfly/react-core/dist/styles/base.css";
import "./app.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { queryClient } from "./api/queries.ts";
import { Toasts } from "./kit/toasts.tsx";
import { router } from "./router.tsx";

// After an update of Berth, parts of the page that was open are there no more. Once: what is missing then is missing.
const RELOADED = "berth-reloaded-for";
window.addEventListener("vite:preloadError", () => {
  if (sessionStorage.getItem(RELOADED) === location.href) return;
  sessionStorage.setItem(RELOADED, location.href);
  location.reload();
});

const root = document.getElementById("root");
if (root === null) throw new Error("the page has no place for the portal");
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
      <Toasts />
    </QueryClientProvider>
  </StrictMode>,
);
