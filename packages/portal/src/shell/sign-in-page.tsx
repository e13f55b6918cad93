import { Alert, Button, Divider, Form, FormGroup, TextInput, Title } from "@patternfly/react-core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type FormEvent, useEffect, useState } from "react";
import { sessionBegun } from "../api/connection.ts";
import { queryClient, useAct } from "../api/queries.ts";
import { useSignInWays } from "../api/session.ts";
import { Logo } from "./logo.tsx";
import { LostConnection } from "./lost-connection.tsx";
import { backTarget } from "./sign-in-rules.ts";

/** Where a session begins, and where one that has ended comes back from. */
export function SignInPage() {
  const { back } = useSearch({ strict: false }) as { back?: unknown };
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
          {login.error !== null && <Alert variant="danger" isInline title={login.error.message} component="p" />}
          <FormGroup
            label={ways.data?.ldap === true ? "User name (also from the directory)" : "User name"}
            fieldId="name"
            isRequired
          >
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
            <Button component="a" href={oidc.href} variant="secondary" isBlock>
              Continue with {oidc.label}
            </Button>
          </>
        )}
      </div>
    </main>
  );
}
