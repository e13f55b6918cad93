import { Alert, Button, Divider, Form, FormGroup, TextInput, Title } from "@patternfly/react-core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type FormEvent, useEffect, useState } from "react";
import { sessionBegun } from "../api/connection.ts";
import { queryClient, useAct } from "../api/queries.ts";
import { useSignInWays } from "../api/session.ts";
import { Logo } from "./logo.tsx";
import { LostConnection } from "./lost-connection.tsx";
import { backTarget, problemText } from "./sign-in-rules.ts";

/** Where a session begins, and where one that has ended comes back from. */
export function SignInPage() {
  const { back, problem } = useSearch({ strict: false }) as { back?: unknown; problem?: unknown };
  const target = backTarget(back);
  const navigate = useNavigate();
  const ways = useSignInWays();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const login = useAct("login", {
    onDone: () => {
      queryClient.clear();
      sessionBegun();
      void navigate({ href: target, replace: true });
    },
  });
  useEffect(() => {
    document.title = "Sign in · Berth";
  }, []);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    login.mutate({ body: { name, password } });
  };
  const oidc = ways.data?.oidc ?? null;
  const said = login.error?.message ?? problemText(problem);
  return (
    <main className="berth-sign-in">
      <LostConnection />
      <div className="berth-sign-in__card">
        <Logo />
        <Title headingLevel="h1" size="xl">
          Sign in
        </Title>
        {target !== "/" && (
          <p className="berth-muted">Your session has ended. After signing in you are back where you were.</p>
        )}
        <Form onSubmit={submit}>
          {said !== null && <Alert variant="danger" isInline title={said} component="p" />}
          <FormGroup label="User name" fieldId="name" isRequired>
            <TextInput
              id="name"
              autoComplete="username"
              autoFocus
              isRequired
              value={name}
              onChange={(_, text) => setName(text)}
            />
          </FormGroup>
          <FormGroup label="Password" fieldId="password" isRequired>
            <TextInput
              id="password"
              type="password"
              autoComplete="current-password"
              isRequired
              value={password}
              onChange={(_, text) => setPassword(text)}
            />
          </FormGroup>
          <Button type="submit" isBlock isLoading={login.isPending} isDisabled={login.isPending}>
            Sign in
          </Button>
        </Form>
        {oidc !== null && (
          <>
            <Divider />
            <Button
              component="a"
              href={`${oidc.startPath}?returnTo=${encodeURIComponent(target)}`}
              variant="secondary"
              isBlock
            >
              Continue with {oidc.label}
            </Button>
          </>
        )}
      </div>
    </main>
  );
}
