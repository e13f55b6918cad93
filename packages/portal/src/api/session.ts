import type { RoleName } from "@berth/api/role.ts";
import { useQuery } from "@tanstack/react-query";
import { z } from "zod";
import { useApi } from "./queries.ts";

/** Who has signed in. */
export function useMe() {
  return useApi("whoami", {}, { staleMs: 5 * 60_000 });
}

/** Every role that the caller has on anything: for what to offer, never for what is allowed, which the API says. */
export function useRoles(): ReadonlySet<RoleName> {
  const { data } = useMe();
  return new Set([...(data?.roles ?? []), ...(data?.grants ?? []).map(({ role }) => role)]);
}

const Ways = z.object({
  password: z.boolean(),
  oidc: z.object({ label: z.string(), startPath: z.string() }).nullable(),
});
/** Where Berth does not say, a name and a password are. */
const STANDARD: z.infer<typeof Ways> = { password: true, oidc: null };

/** How one may sign in. Not by the client: asked before there is a session, and its failure must not end the page. */
export function useSignInWays() {
  return useQuery({
    queryKey: ["listSignInWays"],
    retry: false,
    queryFn: async () => {
      const response = await fetch("/v1/sign-in");
      const ways = Ways.safeParse(response.ok ? await response.json() : null);
      return ways.success ? ways.data : STANDARD;
    },
  });
}
