/** The shape of the shipped two-tier template, with hooks that a simulated system understands, and a tiny image. */
export const twoTier = `apiVersion: berth/v1
kind: ServiceTemplate
metadata: { name: two-tier, title: Two tiers }
spec:
  networks: [lan, storage]
  groups:
    - name: db
      kind: physical
      cores: 1
      memory: 1GiB
      image: tiny
      hostname: db#
      disks: [{ name: system, size: 6GiB, role: boot }]
      nics: [{ network: lan, primary: true }, { network: storage }]
    - name: app
      kind: virtual
      count: 2
      cores: 1
      memory: 512MiB
      image: tiny
      hostname: app#
      disks: [{ name: system, size: 4GiB, role: boot }]
      nics: [{ network: lan, primary: true }]
      goal: spread
  hooks:
    - name: install-database
      at: after-create
      group: db
      run: { script: "echo the database answers on port 7000" }
    - name: install-application
      at: after-create
      group: app
      run: { script: "echo the page is served on port 80" }
    - name: say-goodbye
      at: before-delete
      group: db
      run: { script: "echo the data was saved" }
`;

interface SmallTemplate {
  readonly name: string;
  readonly image?: string;
  readonly count?: number;
  /** A script that runs on each server, once all answer unless another moment is named. */
  readonly hook?: readonly string[];
  readonly at?: "after-create" | "before-delete";
}

const hookOf = (lines: readonly string[] | undefined, at: string) =>
  lines === undefined
    ? ""
    : `  hooks:
    - name: set-up
      at: ${at}
      group: main
      run:
        script: |
${lines.map((line) => `          ${line}`).join("\n")}
`;

const small = (
  kind: "physical" | "virtual",
  { name, image = "tiny", count = 1, hook, at = "after-create" }: SmallTemplate,
) => `apiVersion: berth/v1
kind: ServiceTemplate
metadata: { name: ${name}, title: ${name} }
spec:
  networks: [lan]
  groups:
    - name: main
      kind: ${kind}
      count: ${count}
      cores: 1
      memory: 512MiB
      image: ${image}
      hostname: ${kind === "physical" ? "b" : "v"}#
      disks: [{ name: system, size: 4GiB, role: boot }]
      nics: [{ network: lan, primary: true }]
${kind === "virtual" ? "      goal: spread\n" : ""}${hookOf(hook, at)}`;

/** Blades only, and VMs only: for what goes wrong with just one of the two. */
export const blades = (template: SmallTemplate): string => small("physical", template);
export const vms = (template: SmallTemplate): string => small("virtual", template);
