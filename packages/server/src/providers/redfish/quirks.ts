/**
 * What real BMCs do otherwise than the standard says: match -> change. Each row says where and when it was seen.
 * A BMC matches when both its manufacturer and its model contain the given text, letter case aside.
 */
export interface Quirks {
  /** `LastResetTime` can be trusted to move at a reset. */
  readonly resetTimeMoves: boolean;
  /** NICs are not under the system but under its chassis' network adapters. */
  readonly nicsUnderChassis: boolean;
  /** MACs of a system's EthernetInterfaces take a PATCH although the BMC does not say so. */
  readonly macsWritable: boolean;
}

interface Row {
  readonly manufacturer: string;
  readonly model: string;
  readonly change: Partial<Quirks>;
  readonly evidence: string;
}

const USUAL: Quirks = { resetTimeMoves: true, nicsUnderChassis: false, macsWritable: false };

const ROWS: readonly Row[] = [
  {
    manufacturer: "dell",
    model: "poweredge",
    change: { nicsUnderChassis: true },
    evidence:
      "2026-11-21: recorded iDRAC trees (MIT, spyroot/redfish_ctl) have no EthernetInterfaces under the system; MACs stand in Chassis/…/NetworkAdapters/…/Ports.",
  },
  {
    manufacturer: "lenovo",
    model: "thinksystem",
    change: { resetTimeMoves: false },
    evidence:
      "2026-11-21: the documented XCC system resource (pubs.lenovo.com/xcc-restapi) has no LastResetTime to go by.",
  },
];

export function quirksOf(bmc: { manufacturer: string | null; model: string | null }): Quirks {
  const has = (text: string | null, part: string) => (text ?? "").toLowerCase().includes(part);
  const rows = ROWS.filter((row) => has(bmc.manufacturer, row.manufacturer) && has(bmc.model, row.model));
  return Object.assign({}, USUAL, ...rows.map((row) => row.change));
}
