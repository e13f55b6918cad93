import { LdapSettings } from "@berth/api/sign-in.ts";
import { describe, expect, it } from "vitest";
import { directoryOf, escapeFilterValue, foldName, groupFilterOf, userFilterOf } from "./ldap-rules.ts";

const settings = (given: object) =>
  directoryOf(LdapSettings.parse({ url: "ldap://ldap.example.org", base: "dc=example,dc=org", ...given }));

describe("settings of a directory", () => {
  it("are encrypted unless somebody says otherwise", () => {
    expect(settings({}).encryption).toBe("starttls");
    expect(settings({ url: "ldaps://ldap.example.org" }).encryption).toBe("tls");
    expect(settings({ startTls: false }).encryption).toBe("none");
  });

  it("are filled in by their preset, and what is given wins", () => {
    expect(settings({ preset: "active-directory" })).toMatchObject({
      groupBase: "dc=example,dc=org",
      nesting: "in-chain",
      attributes: { name: "sAMAccountName", id: "objectGUID" },
    });
    expect(settings({ nestedGroups: false, attributes: { name: "cn" } })).toMatchObject({
      nesting: "none",
      attributes: { name: "cn", id: "entryUUID" },
    });
  });
});

describe("filters", () => {
  it.each([
    ["ada", "ada"],
    ["*", "\\2a"],
    ["a)(uid=*", "a\\29\\28uid=\\2a"],
    ["back\\slash", "back\\5cslash"],
    ["nul\0", "nul\\00"],
  ])("hold %j as a value", (value, escaped) => {
    expect(escapeFilterValue(value)).toBe(escaped);
  });

  it("name the user wherever the setting says so, also when the name looks like a replacement pattern", () => {
    const directory = settings({ userFilter: "(|(uid={name})(mail={name}))" });
    expect(userFilterOf(directory, "$&")).toBe("(|(uid=$&)(mail=$&))");
  });

  it("ask for groups by Microsoft's rule where the preset says so", () => {
    const dn = "cn=Ada (ops),dc=example,dc=org";
    expect(groupFilterOf(settings({}), [dn])).toBe(
      "(&(objectClass=groupOfNames)(|(member=cn=Ada \\28ops\\29,dc=example,dc=org)))",
    );
    expect(groupFilterOf(settings({ preset: "active-directory" }), ["cn=a"])).toBe(
      "(&(objectClass=group)(|(member:1.2.840.113556.1.4.1941:=cn=a)))",
    );
  });
});

it("takes names for the same that differ in case and spaces only", () => {
  expect(foldName(" CN=Ops , OU=Groups,DC=Example")).toBe(foldName("cn=ops,ou=groups,dc=example"));
});
