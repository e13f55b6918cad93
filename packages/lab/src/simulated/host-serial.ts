import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { SIM_FAILURE_STATUS, SIM_SERIAL_PROTOCOL } from "@berth/api/simulated-host.ts";
import { HostProblem } from "./host-problem.ts";
import type { SimHost } from "./sim-host.ts";

/** Serial lines of VMs: a request to upgrade to one becomes its bytes. */
export function hostSerial(hostOf: (name: string) => SimHost | null) {
  const open = new Map<Duplex, string>();

  function connect(request: IncomingMessage): { name: string; line: Duplex } {
    const [, top, name = "", vms, vm = "", serial] = (request.url ?? "").split("/").map(decodeURIComponent);
    const host = top === "hosts" && vms === "vms" && serial === "serial" ? hostOf(name) : null;
    if (host === null || request.headers.upgrade !== SIM_SERIAL_PROTOCOL)
      throw new HostProblem("not_found", "there is no such serial line");
    const line = host.serial(vm);
    if (line === null) throw new HostProblem("rejected", "the VM is off");
    return { name, line };
  }

  return {
    upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
      socket.on("error", () => {});
      try {
        const { name, line } = connect(request);
        open.set(socket, name);
        socket.write(
          `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${SIM_SERIAL_PROTOCOL}\r\n\r\n`,
        );
        if (head.length > 0) line.write(head);
        socket.pipe(line).pipe(socket);
        socket.once("close", () => {
          open.delete(socket);
          line.destroy();
        });
      } catch (error) {
        refuse(socket, error);
      }
    },
    /** Of one host, or of all. */
    drop(name?: string): void {
      for (const [socket, owner] of open) if (name === undefined || owner === name) socket.destroy();
    },
  };
}

function refuse(socket: Duplex, error: unknown): void {
  const problem = error instanceof HostProblem ? error : new HostProblem("rejected", "the simulated host failed");
  const body = JSON.stringify({ failure: problem.failure, message: problem.message });
  socket.end(
    `HTTP/1.1 ${SIM_FAILURE_STATUS[problem.failure]} Refused\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
