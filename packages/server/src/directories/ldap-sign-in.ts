import { type Client, InvalidCredentialsError } from "ldapts";
import { AppError } from "../kernel/errors.ts";
import type { ExternalUser } from "./external-users.ts";
import { withDirectory } from "./ldap-connection.ts";
import type { Directory } from "./ldap-rules.ts";
import { type DirectoryUser, findUser, groupsOf } from "./ldap-search.ts";

export interface OpenDirectory {
  readonly directory: Directory;
  readonly bindPassword: string | null;
}

/**
 * Who this is by the directory; null when the name or the password is wrong. The user is looked up by the account in
 * the settings, and proves himself on a connection of his own.
 * @throws AppError `unavailable` when the directory can't say.
 */
export async function signInByDirectory(
  open: OpenDirectory,
  given: { name: string; password: string },
): Promise<ExternalUser | null> {
  // With an empty password a server answers "welcome, nobody" (RFC 4513, 5.1.2), whoever was named.
  if (given.password === "") return null;
  try {
    return await withDirectory(open.directory, async (client) => {
      await bindAsService(client, open);
      const user = await findUser(client, open.directory, given.name);
      if (user === null) return null;
      if (!(await isPasswordOf(open.directory, user, given.password))) return null;
      const groups = await groupsOf(client, open.directory, user.dn);
      const names = groups.flatMap((group) => (group.name === null ? [group.dn] : [group.dn, group.name]));
      return { source: "ldap", ...user, groups: names };
    });
  } catch (cause) {
    throw new AppError(
      "unavailable",
      "The directory does not answer as it should, so its users can't sign in just now. Try again in a moment, or tell an administrator.",
      { cause },
    );
  }
}

export async function bindAsService(client: Client, { directory, bindPassword }: OpenDirectory): Promise<void> {
  if (directory.bindDn === null) return;
  if (bindPassword === null || bindPassword === "") throw new Error("the directory's bind DN has no password");
  await client.bind(directory.bindDn, bindPassword);
}

async function isPasswordOf(directory: Directory, user: DirectoryUser, password: string): Promise<boolean> {
  return withDirectory(directory, async (client) => {
    try {
      await client.bind(user.dn, password);
      return true;
    } catch (error) {
      if (error instanceof InvalidCredentialsError) return false;
      throw error;
    }
  });
}
