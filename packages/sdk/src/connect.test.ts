import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { TemplateDocument } from "@berth/api/template-document.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect } from "./connect.ts";
import { defineTemplate } from "./define-template.ts";
import { readYaml, writeYaml } from "./yaml-text.ts";

const asked: { url: string | undefined; authorization: string | undefined; body: string }[] = [];
const server = createServer((request, response) => {
  let body = "";
  request.on("data", (chunk: Buffer) => {
    body += chunk.toString();
  });
  request.on("end", () => {
    asked.push({ url: request.url, authorization: request.headers.authorization, body });
    response.setHeader("content-type", "application/json").end('{"valid":true,"items":[]}');
  });
});
const address = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

beforeAll(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
afterAll(() => new Promise((resolve) => server.close(resolve)));

const shop = defineTemplate({
  apiVersion: "berth/v1",
  kind: "ServiceTemplate",
  metadata: { name: "shop", title: "A shop" },
  spec: {
    groups: [
      {
        name: "app",
        kind: "virtual",
        cores: 1,
        memory: "1GiB",
        image: "debian-12",
        hostname: "app-#",
        disks: [{ name: "system", size: "6GiB", role: "boot" }],
        nics: [{ network: "lan" }],
      },
    ],
  },
});

describe("CAP A9: templates from a program", () => {
  it("are typed, and what the schema takes", () => {
    expect(TemplateDocument.parse(shop).spec.groups[0]).toMatchObject({ count: 1, nics: [{ mode: "automatic" }] });
    // @ts-expect-error a misspelt kind does not compile, and is refused
    const wrong = defineTemplate({ ...shop, kind: "Service" });
    expect(TemplateDocument.safeParse(wrong).success).toBe(false);
  });

  it("go to Berth as YAML, with the token that was given", async () => {
    const berth = connect({ url: address(), token: "secret-token" });
    expect(await berth.validateTemplate({ body: { document: writeYaml(shop) } })).toMatchObject({ valid: true });
    const sent = asked.at(-1);
    expect(sent).toMatchObject({ url: "/v1/templates/validate", authorization: "Bearer secret-token" });
    expect(readYaml((JSON.parse(sent?.body ?? "") as { document: string }).document)).toEqual({ value: shop });
  });

  it("say what is missing where nobody says where Berth is", () => {
    expect(() => connect()).toThrow("BERTH_URL is not set");
  });
});
