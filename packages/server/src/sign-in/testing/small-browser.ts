/** As much of a browser as a sign-in takes: cookies by site, and redirects one by one. */
export interface SmallBrowser {
  /** Goes on until a page is reached, or a redirect to a page of the portal; answers where it stands. */
  go(url: string): Promise<{ url: string; status: number; body: string }>;
  cookie(origin: string, name: string): string | undefined;
  forget(origin: string, name: string): void;
}

const MAX_REDIRECTS = 20;

/** `sites` says which real address stands for which name. */
export function smallBrowser(sites: Readonly<Record<string, string>>): SmallBrowser {
  const jars = new Map<string, Map<string, string>>();
  const jarOf = (origin: string) => {
    const jar = jars.get(origin) ?? new Map<string, string>();
    jars.set(origin, jar);
    return jar;
  };

  return {
    async go(start) {
      let at = new URL(start);
      for (let i = 0; i < MAX_REDIRECTS; i += 1) {
        const site = sites[at.origin];
        // The portal's own pages are not served here.
        if (site !== undefined && !at.pathname.startsWith("/v1/")) return { url: at.href, status: 200, body: "" };
        const jar = jarOf(at.origin);
        const response = await fetch(new URL(`${at.pathname}${at.search}`, site ?? at.origin), {
          redirect: "manual",
          headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join("; "), "user-agent": "small" },
        });
        for (const line of response.headers.getSetCookie()) {
          const [pair = ""] = line.split(";", 1);
          const [name = "", value = ""] = pair.split(/=(.*)/s);
          if (value === "" || /max-age=0(?:;|$)/i.test(line)) jar.delete(name);
          else jar.set(name, value);
        }
        const location = response.headers.get("location");
        if (location === null) return { url: at.href, status: response.status, body: await response.text() };
        await response.body?.cancel();
        at = new URL(location, at);
      }
      throw new Error(`too many redirects, the last to ${at.href}`);
    },
    cookie: (origin, name) => jarOf(origin).get(name),
    forget: (origin, name) => void jarOf(origin).delete(name),
  };
}
