/** Where to go after signing in: a place of this portal, never one of another site. */
export function backTarget(back: unknown): string {
  if (typeof back !== "string" || !/^\/(?![/\\])/.test(back) || back.startsWith("/sign-in")) return "/";
  return back;
}
