import { SIGN_IN_PROBLEMS, type SignInProblem } from "@berth/api/sign-in.ts";

/** Where to go after signing in: a place of this portal, never one of another site. */
export function backTarget(back: unknown): string {
  if (typeof back !== "string" || !/^\/(?![/\\])/.test(back) || back.startsWith("/sign-in")) return "/";
  return back;
}

/** Why a sign-in elsewhere came to nothing, in words; null when it did not. */
export function problemText(problem: unknown): string | null {
  if (typeof problem !== "string") return null;
  return Object.hasOwn(SIGN_IN_PROBLEMS, problem) ? SIGN_IN_PROBLEMS[problem as SignInProblem] : null;
}
