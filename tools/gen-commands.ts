import { commandReference } from "@berth/cli/commands/reference.ts";

/** What `./berth gen` writes about the command line, as text by file. */
export function describeCommands(): { file: URL; text: string }[] {
  return [{ file: new URL("../docs/guide/commands.md", import.meta.url), text: commandReference() }];
}
