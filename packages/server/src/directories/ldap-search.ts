import type { Client, Entry } from "ldapts";
import { type Directory, foldName, groupFilterOf, userFilterOf } from "./ldap-rules.ts";

export interface DirectoryUser {
  readonly dn: string;
  /** What stays when the name changes. */
  readonly subject: string;
  readonly name: string;
  readonly displayName: string | null;
  readonly email: string | null;
}

export interface DirectoryGroup {
  readonly dn: string;
  readonly name: string | null;
}

/** Groups in groups in groups: more steps than this are a mistake, or a circle that is followed no further anyway. */
const MAX_DEPTH = 20;
const MAX_GROUPS = 2_000;
/** So many members are asked for at once. */
const BATCH = 50;

/** The one entry that a name means; null when there is none, or more than one. */
export async function findUser(client: Client, directory: Directory, name: string): Promise<DirectoryUser | null> {
  const { attributes } = directory;
  const { searchEntries } = await client.search(directory.base, {
    scope: "sub",
    filter: userFilterOf(directory, name),
    attributes: [attributes.name, attributes.id, attributes.displayName, attributes.email],
    explicitBufferAttributes: [attributes.id],
    // The second one shows that the name is not one user's.
    sizeLimit: 2,
  });
  const [entry, another] = searchEntries;
  if (entry === undefined || another !== undefined) return null;
  const id = bytesOf(entry, attributes.id);
  const ownName = textOf(entry, attributes.name);
  if (id === null || ownName === null) return null;
  return {
    dn: entry.dn,
    // A UUID of text stays one; Microsoft's is of bytes.
    subject: /^[\x20-\x7e]+$/.test(id.toString("latin1")) ? id.toString("latin1") : id.toString("hex"),
    name: ownName,
    displayName: textOf(entry, attributes.displayName),
    email: textOf(entry, attributes.email),
  };
}

/** All groups that an entry is in, by itself or through others. */
export async function groupsOf(client: Client, directory: Directory, dn: string): Promise<DirectoryGroup[]> {
  const found = new Map<string, DirectoryGroup>();
  let members = [dn];
  for (let depth = 0; members.length > 0 && depth < MAX_DEPTH && found.size < MAX_GROUPS; depth += 1) {
    const next: string[] = [];
    for (let i = 0; i < members.length; i += BATCH) {
      for (const group of await groupsWith(client, directory, members.slice(i, i + BATCH))) {
        if (found.has(foldName(group.dn))) continue;
        found.set(foldName(group.dn), group);
        next.push(group.dn);
      }
    }
    members = directory.nesting === "walk" ? next : [];
  }
  return [...found.values()];
}

async function groupsWith(client: Client, directory: Directory, members: readonly string[]): Promise<DirectoryGroup[]> {
  const { groupName } = directory.attributes;
  const { searchEntries } = await client.search(directory.groupBase, {
    scope: "sub",
    filter: groupFilterOf(directory, members),
    attributes: [groupName],
    paged: { pageSize: 500 },
  });
  return searchEntries.map((entry) => ({ dn: entry.dn, name: textOf(entry, groupName) }));
}

/** The first value; directories answer with names of attributes in whatever case they like. */
function firstOf(entry: Entry, attribute: string): Buffer | string | null {
  const key = Object.keys(entry).find((name) => name.toLowerCase() === attribute.toLowerCase());
  const value = key === undefined ? undefined : entry[key];
  const first = Array.isArray(value) ? value[0] : value;
  return first === undefined || first.length === 0 ? null : first;
}

function textOf(entry: Entry, attribute: string): string | null {
  return firstOf(entry, attribute)?.toString("utf8").slice(0, 500) ?? null;
}

function bytesOf(entry: Entry, attribute: string): Buffer | null {
  const value = firstOf(entry, attribute);
  return typeof value === "string" ? Buffer.from(value) : value;
}
