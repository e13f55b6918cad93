import { pino } from "pino";

type Facts = Record<string, unknown>;

/** A log line is a constant sentence plus facts. */
export interface Log {
  debug(message: string, facts?: Facts): void;
  info(message: string, facts?: Facts): void;
  warn(message: string, facts?: Facts): void;
  error(message: string, facts?: Facts): void;
  child(facts: Facts): Log;
}

type Level = "debug" | "info" | "warn" | "error" | "silent";

/** JSON lines on `destination` (a file descriptor, standard error by default). */
export function createLog(options: { level: Level; destination?: number }): Log {
  const base = pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { error: pino.stdSerializers.errWithCause },
    },
    pino.destination({ fd: options.destination ?? 2, sync: true }),
  );
  return wrap(base);
}

export const silentLog: Log = createLog({ level: "silent" });

function wrap(logger: pino.Logger): Log {
  return {
    debug: (message, facts = {}) => logger.debug(facts, message),
    info: (message, facts = {}) => logger.info(facts, message),
    warn: (message, facts = {}) => logger.warn(facts, message),
    error: (message, facts = {}) => logger.error(facts, message),
    child: (facts) => wrap(logger.child(facts)),
  };
}
