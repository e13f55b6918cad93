import { createServer } from "node:net";

/**
 * Holds the name of a lab until this process ends, however it ends: an abstract socket (unix(7)) is nobody's file, and
 * the kernel lets go of it with its holder. False when another process has it.
 */
export function holdLab(name: string): Promise<boolean> {
  const server = createServer((socket) => socket.destroy());
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "EADDRINUSE" ? resolve(false) : reject(error),
    );
    server.listen(`\0berth-labd/${name}`, () => {
      server.unref();
      resolve(true);
    });
  });
}
