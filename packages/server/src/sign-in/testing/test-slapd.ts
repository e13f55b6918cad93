import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { Attribute, Change, Client } from "ldapts";

/** A real OpenLDAP server for tests, on ports of 127.0.0.1, with a certificate of an authority of its own. */
export interface TestSlapd {
  readonly url: string;
  readonly tlsUrl: string;
  /** The authority's certificate, in PEM. */
  readonly ca: string;
  /** Adds or removes a value of an entry, as the directory's own administrator does. */
  change(dn: string, operation: "add" | "delete" | "replace", attribute: string, value: string): Promise<void>;
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

const ROOT = { dn: "cn=root,dc=example,dc=org", password: "root-secret" };
const START_DEADLINE_MS = 30_000;
const run = promisify(execFile);

export async function startTestSlapd(ldif: string): Promise<TestSlapd> {
  const dir = await mkdtemp(join(tmpdir(), "berth-slapd-"));
  await mkdir(join(dir, "db"));
  await makeCertificates(dir);
  const config = join(dir, "slapd.conf");
  await writeFile(config, configOf(dir));
  await writeFile(join(dir, "data.ldif"), ldif);
  await run("/usr/sbin/slapadd", ["-f", config, "-l", join(dir, "data.ldif")]);
  const [port, tlsPort] = [await freePort(), await freePort()];
  const url = `ldap://127.0.0.1:${port}`;
  const tlsUrl = `ldaps://127.0.0.1:${tlsPort}`;
  let stopServer = await spawnServer(config, [url, tlsUrl], port);

  return {
    url,
    tlsUrl,
    ca: await readFile(join(dir, "ca.pem"), "utf8"),
    async change(dn, operation, attribute, value) {
      const client = new Client({ url });
      await client.bind(ROOT.dn, ROOT.password);
      await client.modify(
        dn,
        new Change({ operation, modification: new Attribute({ type: attribute, values: [value] }) }),
      );
      await client.unbind();
    },
    stop: () => stopServer(),
    async start() {
      stopServer = await spawnServer(config, [url, tlsUrl], port);
    },
    async close() {
      await stopServer();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function configOf(dir: string): string {
  const schemas = ["core", "cosine", "inetorgperson"].map((name) => `include /etc/ldap/schema/${name}.schema`);
  return [
    ...schemas,
    // What Active Directory calls things, as far as the preset for it asks.
    "attributetype ( 1.2.840.113556.1.4.221 NAME 'sAMAccountName' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )",
    "attributetype ( 1.2.840.113556.1.4.2 NAME 'objectGUID' EQUALITY octetStringMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 SINGLE-VALUE )",
    "attributetype ( 1.2.840.113556.1.4.8 NAME 'userAccountControl' EQUALITY integerMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )",
    "objectclass ( 1.2.840.113556.1.5.9 NAME 'user' SUP top AUXILIARY MAY ( sAMAccountName $ objectGUID $ userAccountControl ) )",
    "modulepath /usr/lib/ldap",
    "moduleload back_mdb",
    `pidfile ${dir}/slapd.pid`,
    `TLSCACertificateFile ${dir}/ca.pem`,
    `TLSCertificateFile ${dir}/server.pem`,
    `TLSCertificateKeyFile ${dir}/server.key`,
    "database mdb",
    'suffix "dc=example,dc=org"',
    `rootdn "${ROOT.dn}"`,
    `rootpw ${ROOT.password}`,
    `directory ${dir}/db`,
    "access to attrs=userPassword by anonymous auth by * none",
    'access to * by dn="cn=berth,dc=example,dc=org" read by self read by * none',
    "",
  ].join("\n");
}

async function makeCertificates(dir: string): Promise<void> {
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
  const at = (name: string) => join(dir, name);
  await run("openssl", ["req", "-x509", ...key, "-subj", "/CN=test ca", "-keyout", at("ca.key"), "-out", at("ca.pem")]);
  const names = ["-subj", "/CN=ldap", "-addext", "subjectAltName=IP:127.0.0.1"];
  const signed = ["-CA", at("ca.pem"), "-CAkey", at("ca.key")];
  await run("openssl", [
    "req",
    "-x509",
    ...key,
    ...names,
    ...signed,
    "-keyout",
    at("server.key"),
    "-out",
    at("server.pem"),
  ]);
}

async function spawnServer(config: string, urls: readonly string[], port: number): Promise<() => Promise<void>> {
  const slapd = spawn("/usr/sbin/slapd", ["-d", "0", "-f", config, "-h", urls.join(" ")], { stdio: "ignore" });
  const deadline = performance.now() + START_DEADLINE_MS;
  while (!(await isOpen(port))) {
    if (slapd.exitCode !== null || performance.now() > deadline) throw new Error("slapd did not start");
    await pause(20);
  }
  return async () => {
    if (slapd.exitCode !== null || slapd.signalCode !== null) return;
    slapd.kill();
    await once(slapd, "exit");
  };
}

async function isOpen(port: number): Promise<boolean> {
  const socket = connect({ host: "127.0.0.1", port });
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
