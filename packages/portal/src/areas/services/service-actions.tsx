import { useNavigate } from "@tanstack/react-router";
import type { OutputOf } from "../../api/queries.ts";
import { Actions, type Verb } from "../../kit/actions.tsx";
import { removalOf } from "./removal-rules.ts";

type Service = OutputOf<"getService">;

/** What can be done with a service; which of it just now, the API says. */
export function ServiceActions({ service }: { readonly service: Service }) {
  const navigate = useNavigate();
  const params = { id: service.id };
  const { lost, kept } = removalOf(service, service.servers);
  const verbs: Verb[] = [
    {
      verb: "extend",
      label: "Change the end date",
      operation: "extendService",
      input: { params, body: { endsAt: service.endsAt } },
      form: true,
      primary: true,
    },
    {
      verb: "delete",
      label: "Delete",
      operation: "deleteService",
      input: { params },
      danger: true,
      primary: true,
      lost: <NameList names={lost} />,
      kept: <NameList names={kept} />,
      onDone: () => void navigate({ to: "." }),
    },
  ];
  return (
    <Actions
      subject={{ kind: "service", name: service.name }}
      allowed={service.allowed}
      refused={service.refused}
      verbs={verbs}
    />
  );
}

function NameList({ names }: { readonly names: readonly string[] }) {
  if (names.length === 0) return <p>Nothing is left of it that could be lost.</p>;
  return (
    <ul className="berth-reasons">
      {names.map((name) => (
        <li key={name}>{name}</li>
      ))}
    </ul>
  );
}
