import { XMLParser } from 'fast-xml-parser';
import { throwApex } from '../../runtime/values/apex-exception.ts';
import { PlatformObject } from '../../runtime/values/apex-object.ts';

export type XmlName = { readonly name: string; readonly namespace: string | null; readonly prefix: string | null };
export type XmlAttribute = XmlName & { readonly value: string };

/** A Dom.XmlNode: an element, a piece of text or a comment. */
export class XmlNode extends PlatformObject {
  static override readonly apexName = 'Dom.XmlNode';
  readonly kind: 'ELEMENT' | 'TEXT' | 'COMMENT';
  readonly called: XmlName;
  readonly attributes: XmlAttribute[] = [];
  /** Prefix → namespace, as declared on this element. */
  readonly namespaces = new Map<string, string>();
  readonly text: string;
  children: XmlNode[] = [];
  parent: XmlNode | null = null;

  constructor(kind: XmlNode['kind'], called: XmlName, text = '') {
    super();
    this.kind = kind;
    this.called = called;
    this.text = text;
    if (kind === 'ELEMENT' && called.namespace !== null) this.namespaces.set(called.prefix ?? '', called.namespace);
  }

  append(child: XmlNode): XmlNode {
    child.parent = this;
    this.children.push(child);
    return child;
  }

  namespaceFor(prefix: string): string | null {
    return this.namespaces.get(prefix) ?? this.parent?.namespaceFor(prefix) ?? null;
  }

  get ownText(): string {
    return this.children
      .filter(({ kind }) => kind === 'TEXT')
      .map(({ text }) => text)
      .join('');
  }
}

const NAMELESS: XmlName = { name: '', namespace: null, prefix: null };

export const textNode = (text: string): XmlNode => new XmlNode('TEXT', NAMELESS, text);
export const commentNode = (text: string): XmlNode => new XmlNode('COMMENT', NAMELESS, text);

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  commentPropName: '#comment',
});

type Raw = Readonly<Record<string, unknown>>;

/** The root of a document; text that is no XML is an XmlException. */
export function parseXml(text: string): XmlNode {
  const roots = rawNodes(text).flatMap((raw) => toNode(raw, null) ?? []);
  const root = roots.find(({ kind }) => kind === 'ELEMENT');
  return root ?? throwApex('System.XmlException', 'Failed to parse XML due to: no root element');
}

/** The parser forgives tags that do not match; Apex does not. */
function rawNodes(text: string): Raw[] {
  const open: string[] = [];
  const tags = text
    .replace(/<!--.*?-->|<!\[CDATA\[.*?\]\]>|<[?!][^>]*>/gs, '')
    .matchAll(/<(\/?)([\w:.-]+)[^>]*?(\/?)>/g);
  for (const [tag, isEnd = '', name = '', isEmpty = ''] of tags) {
    if (isEnd !== '' && open.pop() !== name)
      throwApex('System.XmlException', `Failed to parse XML due to: unexpected ${tag}`);
    if (isEnd === '' && isEmpty === '') open.push(name);
  }
  if (open.length > 0)
    throwApex('System.XmlException', `Failed to parse XML due to: <${open.join('><')}> is not closed`);
  return parser.parse(text) as Raw[];
}

function toNode(raw: Raw, parent: XmlNode | null): XmlNode | null {
  const tag = Object.keys(raw).find((key) => key !== ':@') ?? '';
  if (tag.startsWith('?')) return null;
  if (tag === '#text') return textNode(String(raw[tag]));
  return tag === '#comment' ? commentNode(textOf(raw[tag])) : toElement(tag, raw, parent);
}

const DECLARATION = /^xmlns(?::(.*))?$/;

function toElement(tag: string, raw: Raw, parent: XmlNode | null): XmlNode {
  const given = Object.entries((raw[':@'] ?? {}) as Record<string, string>);
  const declared = new Map(
    given.flatMap(([key, value]) => {
      const declaration = DECLARATION.exec(key);
      return declaration ? [[declaration[1] ?? '', value] as const] : [];
    }),
  );
  const find = (prefix: string): string | null => declared.get(prefix) ?? parent?.namespaceFor(prefix) ?? null;
  const node = new XmlNode('ELEMENT', nameOf(tag, find));
  node.namespaces.clear();
  for (const [prefix, namespace] of declared) node.namespaces.set(prefix, namespace);
  node.parent = parent;
  // An attribute without a prefix is in no namespace, whatever the default is.
  const ofAttribute = (prefix: string): string | null => (prefix === '' ? null : find(prefix));
  for (const [key, value] of given)
    if (!DECLARATION.test(key)) node.attributes.push({ ...nameOf(key, ofAttribute), value });
  for (const child of raw[tag] as Raw[]) {
    const made = toNode(child, node);
    if (made) node.append(made);
  }
  return node;
}

function nameOf(text: string, find: (prefix: string) => string | null): XmlName {
  const colon = text.indexOf(':');
  const prefix = colon < 0 ? null : text.slice(0, colon);
  return { name: text.slice(colon + 1), prefix, namespace: find(prefix ?? '') };
}

function textOf(value: unknown): string {
  return (value as Raw[]).map((part) => String(part['#text'] ?? '')).join('');
}

/** Text as it stands between tags. */
export function escapeText(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

/** Text as it stands in an attribute. */
export function escapeAttribute(text: string): string {
  return escapeText(text).replace(/"/g, '&quot;');
}

const written = ({ name, prefix }: XmlName): string => (prefix === null || prefix === '' ? name : `${prefix}:${name}`);

/** The node as XML. */
export function xmlText(node: XmlNode): string {
  if (node.kind === 'TEXT') return escapeText(node.text);
  if (node.kind === 'COMMENT') return `<!--${node.text}-->`;
  const declarations = [...node.namespaces]
    .filter(([prefix, namespace]) => node.parent?.namespaceFor(prefix) !== namespace)
    .map(([prefix, namespace]) => ` xmlns${prefix === '' ? '' : `:${prefix}`}="${escapeAttribute(namespace)}"`);
  const attributes = node.attributes.map((each) => ` ${written(each)}="${escapeAttribute(each.value)}"`);
  const head = [written(node.called), ...declarations, ...attributes].join('');
  const inside = node.children.map(xmlText).join('');
  return inside === '' ? `<${head} />` : `<${head}>${inside}</${written(node.called)}>`;
}
