import { describe, expect, it } from "vitest";
import { EXAMPLE, parseMachines } from "./bulk-rules.ts";

describe("a table of machines", () => {
  it("becomes what the API takes, settings from the columns that are not a machine's own", () => {
    const { items, problems } = parseMachines(EXAMPLE);
    expect(problems).toEqual([]);
    expect(items[0]).toEqual({
      name: "blade-1",
      site: "berlin",
      enclosure: "rack-7",
      bay: 1,
      provider: "redfish",
      settings: {
        endpoint: "https://10.0.0.11",
        username: "berth",
        password: "secret",
        tls: { mode: "pin", sha256: "2f0c…" },
      },
    });
    expect(items[1]?.settings).toMatchObject({ tls: { mode: "verify" } });
  });

  it("may come out of a spreadsheet: tabs, quotes, Windows line ends, empty lines", () => {
    const text = 'name\tsite\tprovider\tpassword\r\n\r\nb1\tlab\tredfish\t"a ""b"",\nc"\r\nb2\tlab\tredfish\r\n';
    const { items, problems } = parseMachines(text);
    expect(problems).toEqual([]);
    expect(items.map(({ name, settings }) => [name, settings])).toEqual([
      ["b1", { password: 'a "b",\nc' }],
      ["b2", {}],
    ]);
  });

  it.each<[string, string, number, string]>([
    ["a first line without names", "b1,lab,redfish", 1, "no name, site, provider"],
    ["a line without a site", "name,site,provider\nb1,,redfish", 2, "has no site"],
    ["a bay that is none", "name,site,provider,bay\nb1,lab,redfish,left", 2, '"left" is no number'],
    ["a name twice", "name,site,provider\nb1,lab,redfish\nb1,lab,redfish", 3, "in line 2 already"],
    ["more cells than columns", "name,site,provider\nb1,lab,redfish,x", 2, "has 4 cells"],
  ])("names the line of %s", (_what, text, line, words) => {
    const [problem] = parseMachines(text).problems;
    expect(problem?.line).toBe(line);
    expect(problem?.message).toContain(words);
  });

  it("of more than one call takes is refused before it is sent", () => {
    const lines = Array.from({ length: 501 }, (_, i) => `b${i},lab,redfish`);
    expect(parseMachines(`name,site,provider\n${lines.join("\n")}`).problems[0]?.message).toContain("at most 500");
  });

  it("can't reach what it must not", () => {
    const { items } = parseMachines("name,site,provider,__proto__.polluted\nb1,lab,redfish,yes");
    expect(items[0]?.settings).toEqual({});
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});
