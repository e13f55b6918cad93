/** What scripts take from the environment. Where there is none, as in a browser, they say it themselves. */
export const sdkConfig = {
  url: globalThis.process?.env.BERTH_URL ?? null,
  token: globalThis.process?.env.BERTH_TOKEN ?? null,
} as const;
