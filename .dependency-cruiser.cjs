// The rules of docs/rfd/0000-house.md, section 2: what may lean on what.

/** From the bottom up: a room may import those before it, never those after it. */
const ROOMS = [
  // Every room writes down who did what.
  "audit",
  "identity",
  "directories",
  "sign-in",
  // Who may ask for what, and how people are told: nearly every room above asks them.
  "policies",
  "mail",
  "inventory",
  "licences",
  "fabric",
  "storage",
  "images",
  "estate",
  // Pure: it decides for the pools, and knows nothing of them.
  "placement",
  "pools",
  "boot",
  "guests",
  "servers",
  "landing",
  "consoles",
  "baselines",
  "patches",
  "catalog",
  // How requests are approved; what a request is, it learns from the rooms above.
  "approvals",
  // What services and their requests are, below how they are made and taken back, below how they are asked for.
  "services",
  "deployments",
  "requests",
  "scripts",
  "monitoring",
  "changes",
];

const SERVER = "^packages/server/src";
const room = (names) => `${SERVER}/(?:${names.join("|")})/`;
// A test may build a room upon whatever it needs, but not upon what lies above it.
const TESTS = "\\.(?:db\\.)?test\\.ts$|\\.e2e\\.ts$|/testing/";

const roomsLeanDownwards = ROOMS.slice(0, -1).map((name, i) => ({
  name: `${name}-leans-downwards`,
  comment: `${name} learns of the rooms above it by events`,
  severity: "error",
  from: { path: room([name]) },
  to: { path: room(ROOMS.slice(i + 1)) },
}));

/** Packages that know the contract and nothing else of ours. */
const clientKnowsApiOnly = ["cli", "sdk", "lab", "service-os", "edge"].map((name) => ({
  name: `${name}-knows-api-only`,
  comment: "the launcher starts the other parts as processes, by path, and imports none",
  severity: "error",
  from: { path: `^packages/${name}/src`, pathNot: TESTS },
  to: { path: `^packages/(?!api/|${name}/)` },
}));

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    ...roomsLeanDownwards,
    ...clientKnowsApiOnly,
    {
      name: "portal-knows-api-and-sdk-only",
      severity: "error",
      from: { path: "^packages/portal/", pathNot: TESTS },
      to: { path: "^packages/(?!api/|sdk/|portal/)" },
    },
    {
      name: "areas-know-no-other-area",
      comment: "what two areas need is kit; where the pages of the other are, kit/paths.ts says",
      severity: "error",
      from: { path: "^packages/portal/src/areas/([^/]+)/" },
      to: { path: "^packages/portal/src/(?:areas/(?!$1/)|shell/|router|main)" },
    },
    {
      name: "kit-knows-no-page",
      severity: "error",
      from: { path: "^packages/portal/src/(?:kit|api)/" },
      to: { path: "^packages/portal/src/(?:areas|shell)/" },
    },
    {
      name: "only-the-router-knows-areas",
      severity: "error",
      from: { path: "^packages/portal/src/(?!areas/|router\\.tsx$)" },
      to: { path: "^packages/portal/src/areas/" },
    },
    {
      name: "api-stands-alone",
      severity: "error",
      from: { path: "^packages/api/src", pathNot: TESTS },
      to: { path: ["^packages/(?!api/)", "node_modules/(?!zod/)"] },
    },
    {
      name: "kernel-knows-no-room",
      severity: "error",
      from: { path: `${SERVER}/kernel/`, pathNot: TESTS },
      to: { path: `${SERVER}/(?!kernel/)` },
    },
    {
      name: "only-kernel-workflow-knows-the-engine",
      severity: "error",
      from: { pathNot: `${SERVER}/kernel/workflow/` },
      to: { path: "node_modules/@dbos-inc/" },
    },
    {
      name: "providers-know-their-interface-only",
      severity: "error",
      from: { path: `${SERVER}/providers/([^/]+)/`, pathNot: [`${SERVER}/providers/contract/`, TESTS] },
      to: {
        path: SERVER,
        pathNot: [
          `${SERVER}/providers/$1/`,
          `${SERVER}/providers/provider\\.ts$`,
          `${SERVER}/kernel/(?:errors|dial)\\.ts$`,
        ],
      },
    },
    {
      name: "no-room-knows-a-provider",
      comment: "the registry is handed to the rooms by main.ts",
      severity: "error",
      from: { path: `${SERVER}/(?!providers/)[^/]+/`, pathNot: TESTS },
      to: {
        path: [`${SERVER}/providers/[^/]+/`, `${SERVER}/providers/registry\\.ts$`],
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "only-main-knows-main",
      severity: "error",
      from: { pathNot: "^packages/server/src/main" },
      to: { path: `${SERVER}/main\\.ts$` },
    },
    {
      name: "placement-is-pure",
      severity: "error",
      from: { path: `${SERVER}/placement/`, pathNot: TESTS },
      to: { dependencyTypes: ["core", "npm"] },
    },
    {
      name: "no-circles",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    { name: "no-unresolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
    {
      name: "no-tests-in-code",
      severity: "error",
      from: { pathNot: [TESTS, "^e2e/", "^bench/", "^tools/"] },
      to: { path: TESTS },
    },
  ],
  options: {
    // dependency-cruiser has no parser for TypeScript 7 yet.
    parser: "swc",
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: "specify",
    moduleSystems: ["es6"],
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default"],
      extensions: [".ts", ".tsx", ".js"],
    },
  },
};
