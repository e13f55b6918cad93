/**
 * What a password must not be (NIST SP 800-63B-4, 3.1.1.2): short, common, or made out of what everybody knows of its
 * owner. Nothing is demanded of its letters: such rules make passwords that are hard to keep and easy to guess.
 */
export const MIN_CHARACTERS = 12;
const MAX_CHARACTERS = 200;

interface Context {
  readonly userName: string;
  /** Whether a word is on the list of common passwords; asked in lower case. */
  readonly isCommon: (word: string) => boolean;
}

const SERVICE = "berth";
/** Shorter names are in too many words by chance. */
const MIN_NAME_CHARACTERS = 4;
/** What is left beside digits and signs at the ends, when that alone is no password. */
const PADDING = /^[^\p{L}]+|[^\p{L}]+$/gu;
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  "0": "o",
  "1": "l",
  "3": "e",
  "4": "a",
  "5": "s",
  "7": "t",
  "@": "a",
  $: "s",
  "!": "i",
};

/** What is wrong, in words that follow the field's name; null when nothing is. */
export function passwordProblem(password: string, { userName, isCommon }: Context): string | null {
  const characters = [...password];
  if (characters.length < MIN_CHARACTERS) return `must have at least ${MIN_CHARACTERS} characters`;
  if (password.length > MAX_CHARACTERS) return `must have at most ${MAX_CHARACTERS} characters`;
  const folded = password.normalize("NFKC").toLowerCase();
  const name = nameWordsOf(userName).find((word) => folded.includes(word));
  if (name !== undefined)
    return `must not contain ${name === SERVICE ? "the name of this service" : "the user's name"}`;
  const core = folded.replaceAll(PADDING, "");
  const unit = repeatedUnit(folded);
  if ([folded, core, unit, plainLetters(folded), plainLetters(core)].some((word) => word !== "" && isCommon(word))) {
    return "is one of the most common passwords, or one with something added: it would be tried first";
  }
  if (unit.length <= 4 || isRun(folded)) return "is a sequence or repetition: it would be tried first";
  return null;
}

function nameWordsOf(userName: string): string[] {
  const words = [userName, ...userName.split(/[^\p{L}\p{N}]+/u)].map((word) => word.toLowerCase());
  return [SERVICE, ...words.filter((word) => word.length >= MIN_NAME_CHARACTERS)];
}

function plainLetters(text: string): string {
  return [...text]
    .map((letter) => LOOK_ALIKES[letter] ?? letter)
    .join("")
    .replaceAll(PADDING, "");
}

/** The shortest text that the whole is made of, the last time perhaps in part: `abcabcab` → `abc`. */
function repeatedUnit(text: string): string {
  for (let length = 1; length <= text.length / 2; length += 1) {
    if (text.startsWith(text.slice(length))) return text.slice(0, length);
  }
  return text;
}

/** Up or down, one step at a time: `abcdefghijkl`, `987654321098`. */
function isRun(text: string): boolean {
  const steps = [...text].map((letter, i, all) =>
    i === 0 ? 0 : (letter.codePointAt(0) ?? 0) - (all[i - 1]?.codePointAt(0) ?? 0),
  );
  const [, first] = steps;
  if (first !== 1 && first !== -1) return false;
  // From 9 to 0, or back.
  return steps.slice(1).every((step) => step === first || step === first * -9);
}
