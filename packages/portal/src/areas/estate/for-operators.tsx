import type { ReactNode } from "react";
import { useRoles } from "../../api/session.ts";

/** What only operators have a use for. What they may, the API says; this keeps others from forms that would be refused. */
export function ForOperators({ children }: { readonly children: ReactNode }) {
  const roles = useRoles();
  return roles.has("operator") || roles.has("administrator") ? children : null;
}
