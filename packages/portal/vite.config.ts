import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { compress } from "./compress.ts";

/** `./berth dev` serves the portal's sources itself and hands all else to the controller. */
const CONTROLLER = process.env.BERTH_CONTROLLER_URL ?? "http://127.0.0.1:7770";

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), compress()],
  build: {
    outDir: "dist",
    emptyOutDir: true,
    manifest: true,
    target: "es2023",
    // Written into the page as data: they would be more requests than they are worth.
    assetsInlineLimit: 2_048,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 2_000,
  },
  server: {
    host: "127.0.0.1",
    port: 7790,
    strictPort: true,
    proxy: { "/v1": { target: CONTROLLER, ws: true }, "/openapi.json": CONTROLLER },
  },
});
