import { useQuery } from "@tanstack/react-query";
import { z } from "zod";
import { useApi } from "./queries.ts";

/** Who has signed in. */
export function useMe() {
  return useApi("whoami", {}, { staleMs: 5 * 60_000 });
}

export type RoleName = "administrator" | "architect" | "approver" | "operator" | "user" | "auditor";

/** Every role that the caller has on anything: for what to offer, never for what is allowed, which the API says. */
export function useRoles(): ReadonlySet<RoleName> {
  const { data } = useMe();
  const { roles, role } = (data ?? {}) as { roles?: readonly RoleName[]; role?: RoleName };
  return new Set(roles ?? (role === undefined ? [] : [role]));
}

export interface SignInWays {
  readonly ldap: boolean;
  readonly oidc: { readonly label: string; readonly href: string } | null;
}

const OIDC_START = "/v1/sign-in/oidc";
const Ways = z.object({ ldap: z.boolean(), oidc: z.object({ label: z.string() }).nullable() });

/** How one may sign in beside a local password. */
export function useSignInWays() {
  return useQuery<SignInWays>({
    queryKey: ["sign-in"],
    retry: false,
    queryFn: async () => {
      const response = await fetch("/v1/sign-in");
      const ways = Ways.safeParse(response.ok ? await response.json() : null);
      if (!ways.success) return { ldap: false, oidc: null };
      const { ldap, oidc } = ways.data;
      return { ldap, oidc: oidc === null ? null : { label: oidc.label, href: OIDC_START } };
    },
  });
}
