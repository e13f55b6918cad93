import { useNavigate } from "@tanstack/react-router";
import { ContractForm, type ContractFormProps } from "./contract-form.tsx";
import { type Crumb, Page } from "./page.tsx";

export interface FormPageProps<A> extends Omit<ContractFormProps<A>, "onDone" | "onCancel"> {
  readonly title: string;
  /** Down to the list or page that one comes from, which is where Cancel leads to. */
  readonly crumbs: readonly Crumb[];
  /** Where to go when it is done; to the last crumb, if not given. */
  readonly doneHref?: (answer: A) => string;
}

/** A page that is one form. */
export function FormPage<A = unknown>({ title, crumbs, doneHref, ...form }: FormPageProps<A>) {
  const navigate = useNavigate();
  const back = crumbs.at(-1)?.to ?? "/";
  return (
    <Page title={title} crumbs={crumbs}>
      <ContractForm<A>
        {...form}
        onDone={(answer) => void navigate({ to: doneHref?.(answer) ?? back })}
        onCancel={() => void navigate({ to: back })}
      />
    </Page>
  );
}
