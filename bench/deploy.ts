import { homedir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type BerthSide, openBerthSide } from "./deploy/berth-side.ts";
import { deployByHand } from "./deploy/by-hand-side.ts";
import { medianTimes, type Times } from "./deploy/times.ts";

/**
 * The demo's service (templates/two-tier.yaml on the QEMU lab) deployed by Berth, beside a plain shell script that does
 * the least by hand: same images, same QEMU, same hooks, all at once. A slow guest must not hide a slow Berth, so what
 * the guests need and what each side needs itself are told apart.
 */

const GOAL = 1.15;
const OWN_GOAL = 0.05;
const SIDES = ["both", "berth", "by-hand"];

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    rounds: { type: "string", default: "2" },
    /** Counts Berth's first deployment too, which brings the image to the hosts. */
    cold: { type: "boolean", default: false },
    /** One side alone, to look into it. */
    side: { type: "string", default: "both" },
  },
});
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1 || rounds > 20 || !SIDES.includes(values.side)) {
  console.error(`--rounds takes 1 to 20, --side one of ${SIDES.join(", ")}`);
  process.exit(2);
}
const cacheDir = process.env.BERTH_CACHE_DIR ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "berth");

const interruption = new AbortController();
// Not once: who interrupts a group of processes may say it twice, and the second would end us before we have cleaned up.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => interruption.abort());

const measured: { berth: Times[]; byHand: Times[] } = { berth: [], byHand: [] };
const berth: BerthSide | null =
  values.side === "by-hand" ? null : await openBerthSide(interruption.signal, (line) => console.log(line));
try {
  // The first brings the image to the hosts, where it stays; by hand it is there from the start too.
  if (berth !== null && !values.cold) tell("Berth, first time, not counted", await berth.deploy());
  for (let round = 1; round <= rounds; round += 1) {
    if (berth !== null) measured.berth.push(tell("Berth", await berth.deploy()));
    if (values.side !== "berth")
      measured.byHand.push(tell("by hand", await deployByHand(cacheDir, interruption.signal)));
  }
} finally {
  await berth?.close();
}

const ours = medianTimes(measured.berth);
const theirs = medianTimes(measured.byHand);
const ratio = Math.round((ours.total / theirs.total) * 1000) / 1000;
const ownShare = Math.round((ours.own / ours.guests) * 1000) / 1000;
const ok = ratio <= GOAL && ownShare <= OWN_GOAL;
if (values.side === "both") {
  console.log(`medians of ${rounds}: Berth ${words(ours)}; by hand ${words(theirs)}`);
  console.log(`Berth takes ${ratio} times as long as by hand (goal: at most ${GOAL})`);
}
if (berth !== null)
  console.log(`Berth's own time is ${(ownShare * 100).toFixed(1)} % of its guests' (goal: at most 5 %)`);
console.log(
  `command: ./berth bench deploy --rounds ${rounds}${values.side === "both" ? "" : ` --side ${values.side}`}`,
);
if (values.json) console.log(JSON.stringify({ name: "deploy", ratio, goal: GOAL, ok, ownShare, measured }));
process.exitCode = ok || values.side !== "both" ? 0 : 1;

function tell(who: string, times: Times): Times {
  console.log(`${who}: ${words(times)}`);
  return times;
}

function words({ total, guests, own }: Times): string {
  return `${total.toFixed(1)} s (guests ${guests.toFixed(1)} s, own ${own.toFixed(1)} s)`;
}
