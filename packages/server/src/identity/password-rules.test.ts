import { describe, expect, it } from "vitest";
import { refuseWeakPassword } from "./common-passwords.ts";

const check = (password: string, userName = "ada.lovelace") =>
  refuseWeakPassword({ password, userName, field: "password" }).then(
    () => "fine",
    (error: { fields: { message: string }[] }) => error.fields[0]?.message ?? "",
  );

describe("a new password (CAP P1)", () => {
  it.each([
    ["correct horse battery staple"],
    ["the right password"],
    ["a new long password"],
    ["wrtzq-8h3kd-mmxpa"],
    ["only small letters here"],
    ["пароль из четырёх слов"],
    ["     spaces count too     "],
  ])("may be of any kind: %s", async (password) => {
    expect(await check(password)).toBe("fine");
  });

  it.each([
    ["elevenchars", "at least 12"],
    ["password1234", "most common"],
    ["Password1234!", "most common"],
    ["P@ssw0rd2027!", "most common"],
    ["dragondragon", "most common"],
    ["!!!qwertyuiop!!!", "most common"],
    ["321098765432", "repetition"],
    ["abcdefghijkl", "repetition"],
    ["abcabcabcabcabc", "repetition"],
    ["aaaaaaaaaaaaaaaa", "repetition"],
    ["lovelace-is-mine", "the user's name"],
    ["x7-ADA.LOVELACE-q", "the user's name"],
    ["my berth is mine", "name of this service"],
    ["x".repeat(201), "at most 200"],
  ])("must not be %s", async (password, words) => {
    expect(await check(password)).toContain(words);
  });

  it("may hold a name too short to be more than chance", async () => {
    expect(await check("a banal sentence", "al")).toBe("fine");
  });
});
