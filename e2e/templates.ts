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
`;
