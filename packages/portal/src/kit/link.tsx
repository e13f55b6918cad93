import { Button, type ButtonProps } from "@patternfly/react-core";
import { Link, useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { hrefOf, type ObjectKind } from "./paths.ts";

/** A link to the page of an object. */
export function ObjectLink({ kind, id, children }: { kind: ObjectKind; id: string; children?: ReactNode }) {
  return <Link to={hrefOf(kind, id)}>{children ?? id}</Link>;
}

/** A link that looks like a button. */
export function LinkButton({
  to,
  children,
  ...rest
}: { to: string; children: ReactNode } & Omit<ButtonProps, "component">) {
  return (
    <Button {...rest} component={(props: object) => <Link to={to} {...props} />}>
      {children}
    </Button>
  );
}

/** A part of the page's own address: `/servers/$id` has `id`. */
export function useParam(name: string): string {
  const params = useParams({ strict: false }) as Record<string, string | undefined>;
  return params[name] ?? "";
}
