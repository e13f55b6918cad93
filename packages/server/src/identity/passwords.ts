import { hash, verify } from "@node-rs/argon2";

/** OWASP's first choice for argon2id (the library's default variant): 19 MiB, two passes, one lane. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** In PHC form: parameters and salt are in it. */
export function hashPassword(password: string): Promise<string> {
  return hash(normalized(password), COST);
}

/** Takes as long for a user who does not exist (null) as for a wrong password. */
export async function isPasswordOf(passwordHash: string | null, password: string): Promise<boolean> {
  const matches = await verify(passwordHash ?? (await nobodysHash()), normalized(password));
  return matches && passwordHash !== null;
}

/** One keyboard sends a letter with its accent, another both apart (NIST SP 800-63B-4, 3.1.1.2). */
function normalized(password: string): string {
  return password.normalize("NFKC");
}

const made: { nobody?: Promise<string> } = {};

function nobodysHash(): Promise<string> {
  made.nobody ??= hashPassword("the password of nobody");
  return made.nobody;
}
