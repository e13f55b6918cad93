import { hash, verify } from "@node-rs/argon2";

/** OWASP's first choice for argon2id (the library's default variant): 19 MiB, two passes, one lane. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** In PHC form: parameters and salt are in it. */
export function hashPassword(password: string): Promise<string> {
  return hash(password, COST);
}

/** Takes as long for a user who does not exist (null) as for a wrong password. */
export async function isPasswordOf(passwordHash: string | null, password: string): Promise<boolean> {
  const matches = await verify(passwordHash ?? (await nobodysHash()), password);
  return matches && passwordHash !== null;
}

const made: { nobody?: Promise<string> } = {};

function nobodysHash(): Promise<string> {
  made.nobody ??= hashPassword("the password of nobody");
  return made.nobody;
}
