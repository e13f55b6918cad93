import { contract } from "@berth/api/contract.ts";
import type { Contract } from "@berth/api/route.ts";
import { describe, expect, it } from "vitest";
import { mergeTags, tagsTouched } from "../api/live-rules.ts";
import { isCurrent, navigationFor } from "./navigation.ts";
import { bestOf, pageOfTag, SEARCHED, verbsOf } from "./palette-rules.ts";
import { backTarget, problemText } from "./sign-in-rules.ts";

const titles = (roles: Parameters<typeof navigationFor>[0]) =>
  navigationFor(roles).flatMap(({ items }) => items.map(({ title }) => title));

describe("the navigation", () => {
  it("shows a user what she has a use for, and an administrator all", () => {
    const user = titles(new Set(["user"]));
    expect(user).toContain("Catalogue");
    expect(user).not.toContain("Estate");
    expect(titles(new Set(["administrator"]))).toEqual(expect.arrayContaining([...user, "Estate", "Access"]));
    expect(titles(new Set(["user", "operator"]))).toContain("Estate");
  });

  it("marks the area of a page, and home only at home", () => {
    expect(isCurrent({ title: "Servers", to: "/servers" }, "/servers/x")).toBe(true);
    expect(isCurrent({ title: "Servers", to: "/servers" }, "/services")).toBe(false);
    expect(isCurrent({ title: "Home", to: "/" }, "/servers")).toBe(false);
  });
});

describe("Ctrl-K", () => {
  const entry = (title: string) => ({ id: title, title, note: "page", to: "/" });

  it("finds by all words that were typed, beginnings first", () => {
    const entries = ["Reservations", "Servers", "Start a server"].map(entry);
    expect(bestOf(entries, "serv", 5).map(({ title }) => title)).toEqual(["Servers", "Start a server", "Reservations"]);
    expect(bestOf(entries, "server start", 5).map(({ title }) => title)).toEqual(["Start a server"]);
    expect(bestOf(entries, "nothing", 5)).toEqual([]);
  });

  it("knows a page for the acts of every tag of the contract", () => {
    const lost = verbsOf(contract).filter(({ tag }) => pageOfTag(tag) === null);
    expect([...new Set(lost.map(({ tag }) => tag))]).toEqual([]);
  });

  it("searches only lists that there are, by a text of their names", () => {
    const routes: Contract = contract;
    const unknown = SEARCHED.filter(({ operation }) => !("search" in (routes[operation]?.query?.shape ?? {})));
    expect(unknown).toEqual([]);
  });
});

describe("after signing in", () => {
  it.each(["https://evil.example", "//evil.example", "/\\evil.example", "/sign-in?back=/x", "", 7, undefined])(
    "nobody is led to %s",
    (back) => {
      expect(backTarget(back)).toBe("/");
    },
  );

  it("one is back where one wanted to go", () => {
    expect(backTarget("/servers?state=active")).toBe("/servers?state=active");
  });

  it("only known problems are told, so that no link puts words on the page", () => {
    expect(problemText("denied")).toBe("The provider did not let you in.");
    expect(problemText("<b>call this number</b>")).toBeNull();
    expect(problemText("toString")).toBeNull();
  });
});

describe("events", () => {
  const event = (kind: string) => ({ kind, subjectKind: "operation", subjectId: "x" });

  it("of steps touch operations only; all others may touch anything", () => {
    expect(mergeTags([event("step.done"), event("step.running")].map(tagsTouched))).toEqual(new Set(["operations"]));
    expect(mergeTags([event("step.done"), event("operation.done")].map(tagsTouched))).toBeNull();
  });
});
