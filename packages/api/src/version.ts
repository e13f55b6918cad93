import own from "../package.json" with { type: "json" };

/** Of Berth: API, CLI and controller are one release. */
export const VERSION: string = own.version;
