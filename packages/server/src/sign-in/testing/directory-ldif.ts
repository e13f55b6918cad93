/** A directory for tests: people, groups in groups, and a circle of them. Each password is the name and `-secret`. */
const person = (name: string, place = "people", more = "") => `
dn: uid=${name},ou=${place},dc=example,dc=org
objectClass: inetOrgPerson
uid: ${name}
cn: ${name} example
sn: example
mail: ${name}@example.org
userPassword: ${name}-secret
${more}`;

const group = (name: string, members: readonly string[]) => `
dn: cn=${name},ou=groups,dc=example,dc=org
objectClass: groupOfNames
cn: ${name}
${members.map((member) => `member: ${member},dc=example,dc=org`).join("\n")}
`;

const unit = (name: string) => `
dn: ou=${name},dc=example,dc=org
objectClass: organizationalUnit
ou: ${name}
`;

export const DIRECTORY_LDIF = [
  `dn: dc=example,dc=org
objectClass: dcObject
objectClass: organization
o: example
dc: example
`,
  unit("people"),
  unit("others"),
  unit("groups"),
  `
dn: cn=berth,dc=example,dc=org
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: berth
userPassword: service-secret
`,
  person("ada"),
  person("grace"),
  person("admin"),
  person("ada.lovelace"),
  person("twin"),
  person("twin", "others"),
  person("a(d)*a"),
  person(
    "win",
    "people",
    `objectClass: user
sAMAccountName: Windows
objectGUID:: AAECAwQFBgcICQoLDA0ODw==
userAccountControl: 512
`,
  ),
  group("ops", ["uid=ada,ou=people", "uid=win,ou=people"]),
  // Ops are infra, infra are staff, and staff are infra again.
  group("infra", ["cn=ops,ou=groups", "cn=staff,ou=groups"]),
  group("staff", ["cn=infra,ou=groups", "uid=grace,ou=people"]),
  group("other", ["uid=grace,ou=people"]),
].join("\n");
