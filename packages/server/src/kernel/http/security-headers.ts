/** On every answer of the API: it is data, and no page of anybody's. */
export function apiHeaders(options: { requestId: string; secure: boolean }): Record<string, string> {
  return {
    ...commonHeaders(options),
    "x-request-id": options.requestId,
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  };
}

/**
 * On the portal's pages and their parts. Scripts come from our own files only. Styles may stand in attributes, as
 * PatternFly and React Flow place things (menus, nodes, virtual rows) by `style`: that can't run code. Caching is for
 * who serves the file to say: the page must be asked for anew, files with a hash in their name may be kept for ever.
 */
export function portalHeaders(options: { secure: boolean }): Record<string, string> {
  return { ...commonHeaders(options), "content-security-policy": PORTAL_POLICY };
}

const PORTAL_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  // 'self' covers WebSockets to the same host too: consoles and terminals.
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "object-src 'none'",
].join("; ");

function commonHeaders({ secure }: { secure: boolean }): Record<string, string> {
  return {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    // One year. Browsers ignore it over plain HTTP, and would then refuse a site that has no certificate.
    ...(secure ? { "strict-transport-security": "max-age=31536000" } : {}),
  };
}
