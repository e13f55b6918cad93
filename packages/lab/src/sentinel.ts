import { sweep } from "./sweep.ts";

/**
 * Waits for the death of labd, however it comes about: the kernel then closes the pipe that is our standard input.
 * What labd did not take away by then, the sentinel does.
 */
const [name, stateDir] = process.argv.slice(2);
if (name === undefined || stateDir === undefined) {
  process.stderr.write("usage: sentinel.ts NAME STATE_DIR\n");
  process.exit(2);
}
process.stdin.resume();
process.stdin.once("close", () => {
  sweep({ name, stateDir }).then(
    () => process.exit(0),
    () => process.exit(1),
  );
});
