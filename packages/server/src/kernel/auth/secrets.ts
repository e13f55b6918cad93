import { createHash, randomBytes } from "node:crypto";

/** 256 random bits; the prefix lets a leaked one be recognised by secret scanners. */
export function newSecret(kind: keyof typeof MARKS): string {
  return `berth_${MARKS[kind]}_${randomBytes(32).toString("base64url")}`;
}

const MARKS = { token: "pat", session: "ses", approval: "apr" } as const;

/** How secrets are kept. They are random and long, so a fast hash without salt is enough. */
export function hashSecret(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}

/** Four groups of five from an alphabet without look-alikes: 98 bits, and it can be typed. */
export function newPassword(): string {
  const alphabet = "abcdefghjkmnpqrstuvwxyz23456789";
  const letters = Array.from({ length: 20 }, () => randomLetter(alphabet));
  return [0, 5, 10, 15].map((start) => letters.slice(start, start + 5).join("")).join("-");
}

function randomLetter(alphabet: string): string {
  // Bytes above the last whole multiple are drawn again, or some letters would come more often.
  const limit = 256 - (256 % alphabet.length);
  for (;;) {
    const byte = randomBytes(1)[0] ?? 255;
    if (byte < limit) return alphabet.charAt(byte % alphabet.length);
  }
}
