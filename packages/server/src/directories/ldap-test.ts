import { once } from "node:events";
import { connect } from "node:net";
import type { Client } from "ldapts";
import { hostOf, portOf, withDirectory } from "./ldap-connection.ts";
import { findUser, groupsOf } from "./ldap-search.ts";
import { bindAsService, type OpenDirectory } from "./ldap-sign-in.ts";
import { type TestReport, testSteps } from "./test-steps.ts";

/** Goes the way of a sign-in without a password, and says of each step what it found. */
export async function testDirectory(open: OpenDirectory, name: string | null): Promise<TestReport> {
  const { directory } = open;
  const steps = testSteps(["reach", "encrypt", "bind", "user", "groups"]);
  const host = hostOf(directory.url);
  const port = portOf(directory.url);
  await steps.run("reach", async () => {
    await reach(host, port, directory.timeoutMs);
    return `${host} answers on port ${port}.`;
  });
  await steps.run("encrypt", () =>
    withDirectory(directory, async (client) => {
      if (directory.encryption === "none") return "Nothing is encrypted: passwords can be read on their way.";
      // Over ldaps the connection comes with the first request.
      if (directory.encryption === "tls")
        await client.search("", { scope: "base", attributes: ["supportedLDAPVersion"] });
      return `${directory.encryption === "tls" ? "TLS" : "StartTLS"}, and the certificate is that of ${host}.`;
    }),
  );
  const connected = <T>(work: (client: Client) => Promise<T>) =>
    withDirectory(directory, async (client) => {
      await bindAsService(client, open);
      return work(client);
    });
  await steps.run("bind", () =>
    connected(async (client) => {
      const { searchEntries } = await client.search(directory.base, { scope: "base", attributes: ["objectClass"] });
      if (searchEntries.length === 0) throw new Error(`${directory.base} can't be seen with this account`);
      return directory.bindDn === null ? "Bound without a name." : `Bound as ${directory.bindDn}.`;
    }),
  );
  if (name === null) return steps.report("Give the name of a user to look him up.");
  const user = await steps.run("user", () =>
    connected(async (client) => {
      const found = await findUser(client, directory, name);
      if (found === null)
        throw new Error(`${name} is no user, or more than one, by the filter ${directory.userFilter}`);
      return { message: `${found.dn} would sign in as ${found.name.toLowerCase()}.`, value: found };
    }),
  );
  await steps.run("groups", () =>
    connected(async (client) => {
      const groups = await groupsOf(client, directory, user?.dn ?? "");
      if (groups.length === 0) return "In no group.";
      return `In ${groups.length}: ${groups
        .slice(0, 20)
        .map((group) => group.name ?? group.dn)
        .join(", ")}.`;
    }),
  );
  return steps.report("");
}

async function reach(host: string, port: number, timeoutMs: number): Promise<void> {
  const socket = connect({ host, port });
  try {
    await once(socket, "connect", { signal: AbortSignal.timeout(timeoutMs) });
  } finally {
    socket.destroy();
  }
}
