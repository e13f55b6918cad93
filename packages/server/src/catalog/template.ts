/** A service template as the rest of the house reads it: units in numbers, defaults filled in. */
export interface Template {
  readonly name: string;
  readonly title: string;
  readonly notes: string | null;
  /** Names of all networks that are used. */
  readonly networks: readonly string[];
  readonly groups: readonly TemplateGroup[];
  /** Costs beside the price list's, each per day. */
  readonly costs: readonly TemplateCost[];
  /** In the order in which they run. */
  readonly hooks: readonly TemplateHook[];
}

export interface TemplateGroup {
  readonly name: string;
  readonly kind: "physical" | "virtual" | "either";
  readonly count: number;
  readonly cores: number;
  readonly memoryMiB: number;
  readonly firmware: "bios" | "uefi" | null;
  /** `debian-12`, or `debian-12@3` for one version. */
  readonly image: string;
  /** Holds `#`, where the request's hostname completion goes. */
  readonly hostname: string;
  readonly disks: readonly TemplateDisk[];
  readonly nics: readonly TemplateNic[];
  readonly goal: "best-fit" | "spread" | null;
  readonly os: TemplateOs | null;
}

/** How the operating system is set up at its first start. */
export interface TemplateOs {
  readonly locale: string | null;
  readonly timeZone: string | null;
  /** May sign in beside the owner of the service. */
  readonly adminKeys: readonly string[];
}

export interface TemplateDisk {
  readonly name: string;
  readonly sizeGiB: number;
  readonly role: "boot" | "data" | "shared";
}

export interface TemplateNic {
  readonly network: string;
  readonly mode: "automatic" | "static" | "dhcp";
  /** Set for `static` only. */
  readonly address: string | null;
  readonly primary: boolean;
}

export interface TemplateCost {
  readonly name: string;
  /** A decimal number such as `0.75`, in the price list's currency. */
  readonly perDay: string;
}

export type HookMoment = "before-create" | "after-create" | "before-delete" | "after-delete";

export interface TemplateHook {
  readonly name: string;
  readonly at: HookMoment;
  /** Scripts run on every server of this group; null means every server of the service. */
  readonly group: string | null;
  readonly run: HookScript | HookCall;
  readonly timeoutSeconds: number;
  readonly env: Readonly<Record<string, string>>;
}

export interface HookScript {
  readonly kind: "script";
  readonly script: string;
}

export interface HookCall {
  readonly kind: "http";
  readonly url: string;
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly body: string | null;
  /** Statuses that count as success. */
  readonly expect: readonly number[];
}
