/** Notes which methods of a role a contract suite has called, so that a suite can't pass over a method in silence. */
export function recordCalls<T extends object>(called: Set<string>): (role: T) => T {
  return (role) =>
    new Proxy(role, {
      get(target, key, receiver) {
        const value: unknown = Reflect.get(target, key, receiver);
        if (typeof value !== "function") return value;
        if (typeof key === "string") called.add(key);
        return value.bind(target);
      },
    });
}
