import { readFileSync } from 'node:fs';
import { XMLParser } from 'fast-xml-parser';

/** One element of a metadata file: its text, attributes and children by name; absent children are empty lists. */
export type XmlElement = {
  readonly text: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly all: (name: string) => readonly XmlElement[];
  readonly names: readonly string[];
};

type RawNode = Readonly<Record<string, unknown>>;

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  trimValues: false,
});

/** Reads one `*-meta.xml` file and gives its root element. */
export function readMetadataFile(path: string): XmlElement {
  const nodes = parser.parse(readFileSync(path, 'utf8')) as RawNode[];
  const root = nodes.map(toElement).find((entry) => entry && !entry.name.startsWith('?'));
  if (!root) throw new Error(`${path} holds no XML element`);
  return root.element;
}

function toElement(node: RawNode): { name: string; element: XmlElement } | null {
  const name = Object.keys(node).find((key) => key !== ':@');
  if (name === undefined || name === '#text') return null;
  const children = node[name] as RawNode[];
  const entries = children.map(toElement).filter((entry) => entry !== null);
  return {
    name,
    element: {
      text: children.map((child) => ('#text' in child ? String(child['#text']) : '')).join(''),
      attributes: (node[':@'] ?? {}) as Record<string, string>,
      all: (childName) => entries.filter((entry) => entry.name === childName).map((entry) => entry.element),
      names: [...new Set(entries.map((entry) => entry.name))],
    },
  };
}

/** The trimmed text of the first child of that name, or nothing. */
export function childText(element: XmlElement, name: string): string | undefined {
  return element.all(name)[0]?.text.trim();
}

/** Whether the first child of that name says `true`. */
export function childFlag(element: XmlElement, name: string): boolean {
  return childText(element, name) === 'true';
}

/** The whole number in the first child of that name, or 0. */
export function childNumber(element: XmlElement, name: string): number {
  return Number(childText(element, name) ?? '0');
}
