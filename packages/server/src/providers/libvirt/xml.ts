import { DOMParser, type Document, type Element, XMLSerializer } from "@xmldom/xmldom";
import { ProviderError } from "../../kernel/errors.ts";

/** XML in and out: always as a tree, never as joined text. */

const TEXT_MAX_CHARS = 4_194_304;
const DEPTH_MAX = 32;

/** An element to be made. */
export interface Tag {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly children: readonly (Tag | string)[];
}

export function tag(name: string, attributes: Tag["attributes"] = {}, children: Tag["children"] = []): Tag {
  return { name, attributes, children };
}

export function parseXml(text: string, expectedRoot: string): Document {
  const refuse = (why: string, cause?: unknown) =>
    new ProviderError("rejected", `the hypervisor sent a <${expectedRoot}> that ${why}`, { cause });
  if (text.length > TEXT_MAX_CHARS) throw refuse("is too long");
  // libvirt sends none, and what a document type can declare is not bounded.
  if (text.includes("<!DOCTYPE")) throw refuse("has a document type");
  const document = parseStrictly(text, refuse);
  const root = document.documentElement;
  if (root?.localName !== expectedRoot) throw refuse("is something else");
  if (isDeeperThan(root, DEPTH_MAX)) throw refuse("is too deep");
  return document;
}

function parseStrictly(text: string, refuse: (why: string, cause?: unknown) => ProviderError): Document {
  try {
    const onError = (_level: string, message: string) => {
      throw new Error(message);
    };
    return new DOMParser({ onError }).parseFromString(text, "text/xml");
  } catch (cause) {
    throw refuse("can't be read", cause);
  }
}

function isDeeperThan(root: Element, limit: number): boolean {
  let level = [root];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > limit) return true;
    level = level.flatMap((element) => childrenOf(element));
  }
  return false;
}

export function writeXml(document: Document): string {
  return new XMLSerializer().serializeToString(document);
}

export function documentOf(root: Tag): Document {
  const document = new DOMParser().parseFromString("<new/>", "text/xml");
  const placeholder = document.documentElement;
  if (placeholder !== null) document.replaceChild(make(document, root), placeholder);
  return document;
}

export function rootOf(document: Document): Element {
  const root = document.documentElement;
  if (root === null) throw new Error("a document always has a root here");
  return root;
}

export function childrenOf(parent: Element, name?: string): Element[] {
  const found: Element[] = [];
  for (let node = parent.firstChild; node !== null; node = node.nextSibling) {
    if (node.nodeType === node.ELEMENT_NODE && (name === undefined || node.nodeName === name))
      found.push(node as Element);
  }
  return found;
}

export function childOf(parent: Element, name: string): Element | null {
  return childrenOf(parent, name)[0] ?? null;
}

/** The element at the end of a path of names, or null. */
export function at(parent: Element, ...path: string[]): Element | null {
  return path.reduce<Element | null>((element, name) => (element === null ? null : childOf(element, name)), parent);
}

export function textAt(parent: Element, ...path: string[]): string | null {
  return at(parent, ...path)?.textContent?.trim() ?? null;
}

export function append(parent: Element, child: Tag): Element {
  const element = make(documentBehind(parent), child);
  parent.appendChild(element);
  return element;
}

/** Puts `child` where the first element of its name is, or at the end. */
export function put(parent: Element, child: Tag): Element {
  const old = childOf(parent, child.name);
  if (old === null) return append(parent, child);
  const element = make(documentBehind(parent), child);
  parent.replaceChild(element, old);
  return element;
}

/** The first element of that name, made if there is none. */
export function need(parent: Element, name: string): Element {
  return childOf(parent, name) ?? append(parent, tag(name));
}

export function drop(parent: Element, name: string): void {
  for (const element of childrenOf(parent, name)) parent.removeChild(element);
}

function documentBehind(element: Element): Document {
  if (element.ownerDocument === null) throw new Error("an element always has a document here");
  return element.ownerDocument;
}

function make(document: Document, { name, attributes, children }: Tag): Element {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, checked(String(value)));
  for (const child of children) {
    element.appendChild(typeof child === "string" ? document.createTextNode(checked(child)) : make(document, child));
  }
  return element;
}

/** The serializer escapes what has a meaning in XML; what no XML may contain, nothing can escape. */
function checked(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  if (/[\u0000-\u001f\u007f\ufffe\uffff]|\p{Surrogate}/u.test(text)) {
    throw new ProviderError("rejected", "control characters can't be sent to a hypervisor");
  }
  return text;
}
