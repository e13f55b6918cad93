import { Breadcrumb, BreadcrumbItem, Title } from "@patternfly/react-core";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useEffect } from "react";

export interface Crumb {
  readonly title: string;
  readonly to: string;
}

export interface PageProps {
  readonly title: string;
  /** From the area's first page down to the one above this. */
  readonly crumbs?: readonly Crumb[];
  /** Stands beside the title: a state, a kind. */
  readonly badge?: ReactNode;
  readonly subtitle?: ReactNode;
  /** Buttons, at the right of the title. */
  readonly actions?: ReactNode;
  /** Without padding, for pages that are one picture or one list. */
  readonly isFilled?: boolean;
  readonly children: ReactNode;
}

/** A page of the portal: crumbs, one heading, what can be done, and the rest. Names the document after the heading. */
export function Page({ title, crumbs = [], badge, subtitle, actions, isFilled = false, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Berth`;
  }, [title]);
  return (
    <div className={isFilled ? "berth-page berth-page--filled" : "berth-page"}>
      <header className="berth-page__head">
        {crumbs.length > 0 && (
          <Breadcrumb>
            {crumbs.map((crumb) => (
              <BreadcrumbItem key={crumb.to}>
                <Link to={crumb.to} className="pf-v6-c-breadcrumb__link">
                  {crumb.title}
                </Link>
              </BreadcrumbItem>
            ))}
            <BreadcrumbItem isActive>{title}</BreadcrumbItem>
          </Breadcrumb>
        )}
        <div className="berth-page__title-row">
          <Title headingLevel="h1" size="2xl">
            {title}
          </Title>
          {badge}
          {actions !== undefined && <div className="berth-page__actions">{actions}</div>}
        </div>
        {subtitle !== undefined && <div className="berth-page__subtitle">{subtitle}</div>}
      </header>
      <div className="berth-page__body">{children}</div>
    </div>
  );
}
