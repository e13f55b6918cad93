import { type AnyInput, type ClientOptions, createClient, streamRoute } from "@berth/api/client.ts";
import { contract } from "@berth/api/contract.ts";
import type { OperationChange, OperationInfo } from "@berth/api/operation.ts";
import { applyChange, EMPTY_TREE, type OperationTree } from "@berth/api/operation-tree.ts";
import type { Route } from "@berth/api/route.ts";
import { isColorful } from "../render/answer.ts";
import { liveScreen } from "../render/live-screen.ts";
import { changeLines, treeLines } from "../render/operation-view.ts";
import { painter } from "../render/text.ts";
import { EXIT, type ExitCode } from "./exit-codes.ts";

interface FollowOptions {
  readonly json: boolean;
}

/** Prints a stream as it comes: operations as a tree, others as lines of JSON. */
export async function watch(
  connection: ClientOptions,
  route: Route,
  input: AnyInput,
  options: FollowOptions,
): Promise<ExitCode> {
  if (route === contract.watchOperation) return followOperation(connection, String(input.params?.id), options);
  for await (const event of streamRoute(connection, route, input)) console.log(JSON.stringify(event));
  return EXIT.ok;
}

/** Shows an operation until it ends or needs a person. Fails when it did not end well. */
export async function followOperation(
  connection: ClientOptions,
  id: string,
  options: FollowOptions,
): Promise<ExitCode> {
  const enough = new AbortController();
  const stop = () => enough.abort();
  process.once("SIGINT", stop);
  const printer = options.json ? jsonPrinter() : process.stdout.isTTY ? screenPrinter() : linePrinter();
  let tree = EMPTY_TREE;
  let rootId = "";
  try {
    const changes = createClient(contract, connection).watchOperation({ params: { id }, signal: enough.signal });
    for await (const change of changes) {
      const after = applyChange(tree, change);
      if (rootId === "") rootId = rootOf(after);
      printer.show({ before: tree, after, rootId, change });
      tree = after;
      if (stopped(tree).length > 0) break;
    }
  } catch (error) {
    if (!enough.signal.aborted) throw error;
  } finally {
    printer.end();
    process.removeListener("SIGINT", stop);
  }
  return verdict(tree.operations.get(rootId), stopped(tree), { ...options, isAborted: enough.signal.aborted, id });
}

interface Printer {
  show(news: { before: OperationTree; after: OperationTree; rootId: string; change: OperationChange }): void;
  end(): void;
}

function jsonPrinter(): Printer {
  return { show: ({ change }) => console.log(JSON.stringify(change)), end: () => {} };
}

function linePrinter(): Printer {
  return {
    show({ before, after, rootId }) {
      const time = new Date().toISOString().slice(11, 19);
      for (const line of changeLines(before, after, rootId)) console.log(`${time} ${line}`);
    },
    end: () => {},
  };
}

const REDRAW_MS = 100;

function screenPrinter(): Printer {
  const screen = liveScreen(process.stdout);
  const paint = painter(isColorful(process.stdout));
  let tree = EMPTY_TREE;
  let rootId = "";
  let frame = 0;
  const draw = () => {
    frame += 1;
    const { columns: width = 80, rows: height = 24 } = process.stdout;
    screen.draw(treeLines(tree, rootId, { now: Date.now(), paint, frame, width, height }));
  };
  const timer = setInterval(draw, REDRAW_MS);
  return {
    show(news) {
      tree = news.after;
      rootId = news.rootId;
    },
    end() {
      clearInterval(timer);
      draw();
      screen.end();
    },
  };
}

/** The one whose parent is not among them. */
function rootOf(tree: OperationTree): string {
  const all = [...tree.operations.values()];
  return all.find((one) => one.parentId === null || !tree.operations.has(one.parentId))?.id ?? "";
}

/** Parts that stopped for a person, once nothing else goes on: the rest only waits for them. */
function stopped(tree: OperationTree): OperationInfo[] {
  const open = [...tree.operations.values()].filter((operation) => !operation.ended);
  const waits = open.every(({ state }) => state === "waiting" || state === "parked" || state === "stuck");
  return waits ? open.filter(({ state }) => state === "parked" || state === "stuck") : [];
}

function verdict(
  operation: OperationInfo | undefined,
  needPerson: readonly OperationInfo[],
  options: FollowOptions & { isAborted: boolean; id: string },
): ExitCode {
  if (operation === undefined) return options.isAborted ? EXIT.failed : EXIT.ok;
  const isOk = operation.state === "done" || operation.state === "accepted";
  if (options.json) {
    const { id, state, error } = operation;
    console.log(JSON.stringify({ event: "end", operationId: id, state, ok: isOk, error }));
  } else if (options.isAborted) {
    console.error(`It goes on; to watch it again: berth watch ${options.id}`);
  } else if (needPerson.length > 0) {
    for (const part of needPerson) {
      console.error(`${part.title} is ${part.state}: ${part.error ?? "a person is needed"}`);
      for (const door of part.doors) console.error(`  berth operation ${door} ${part.id}`);
    }
  } else if (!isOk) {
    console.error(`It ended as ${operation.state}${operation.error === null ? "" : `: ${operation.error}`}`);
  }
  return isOk ? EXIT.ok : EXIT.failed;
}
