import { PlatformObject } from '../../runtime/values/apex-object.ts';
import { platformClass } from '../declare.ts';
import { escapeAttribute, escapeText } from './xml-node.ts';

type Text = string | null;

class XmlStreamWriter extends PlatformObject {
  static override readonly apexName = 'System.XmlStreamWriter';
  #text = '';
  #isTagOpen = false;
  readonly #open: string[] = [];

  get text(): string {
    return this.#text + (this.#isTagOpen ? '>' : '');
  }

  write(text: string): void {
    this.#closeTag();
    this.#text += text;
  }

  startElement(name: string): void {
    this.write(`<${name}`);
    this.#isTagOpen = true;
    this.#open.push(name);
  }

  emptyElement(name: string): void {
    this.startElement(name);
    this.#open.pop();
    this.#text += '/';
  }

  attribute(name: string, value: Text): void {
    const isEmpty = this.#text.endsWith('/');
    if (isEmpty) this.#text = this.#text.slice(0, -1);
    this.#text += ` ${name}="${escapeAttribute(value ?? '')}"${isEmpty ? '/' : ''}`;
  }

  endElement(): void {
    const name = this.#open.pop();
    if (name !== undefined) this.write(`</${name}>`);
  }

  endAll(): void {
    while (this.#open.length > 0) this.endElement();
  }

  #closeTag(): void {
    if (this.#isTagOpen) this.#text += '>';
    this.#isTagOpen = false;
  }
}

const named = (prefix: Text | undefined, name: Text | undefined): string =>
  prefix === null || prefix === undefined || prefix === '' ? (name ?? '') : `${prefix}:${name ?? ''}`;

/** Writes XML piece by piece. */
export const xmlStreamWriterClass = platformClass('XmlStreamWriter', {
  constructors: { '()': () => new XmlStreamWriter() },
  methods: {
    'String getXmlString()': (self: XmlStreamWriter) => self.text,
    'void close()': () => undefined,
    'void setDefaultNamespace(String)': () => undefined,
    'void writeStartDocument(String, String)': (self: XmlStreamWriter, encoding: Text, version: Text) =>
      self.write(`<?xml version="${version ?? '1.0'}"${encoding === null ? '' : ` encoding="${encoding}"`}?>`),
    'void writeEndDocument()': (self: XmlStreamWriter) => self.endAll(),
    'void writeStartElement(String, String, String)': (self: XmlStreamWriter, prefix: Text, name: Text) =>
      self.startElement(named(prefix, name)),
    'void writeEmptyElement(String, String, String)': (self: XmlStreamWriter, prefix: Text, name: Text) =>
      self.emptyElement(named(prefix, name)),
    'void writeEndElement()': (self: XmlStreamWriter) => self.endElement(),
    'void writeAttribute(String, String, String, String)': (self: XmlStreamWriter, ...given: Text[]) =>
      self.attribute(named(given[0], given[2]), given[3] ?? null),
    'void writeDefaultNamespace(String)': (self: XmlStreamWriter, uri: Text) => self.attribute('xmlns', uri),
    'void writeNamespace(String, String)': (self: XmlStreamWriter, prefix: Text, uri: Text) =>
      self.attribute(`xmlns:${prefix ?? ''}`, uri),
    'void writeCharacters(String)': (self: XmlStreamWriter, text: Text) => self.write(escapeText(text ?? '')),
    'void writeCData(String)': (self: XmlStreamWriter, text: Text) => self.write(`<![CDATA[${text ?? ''}]]>`),
    'void writeComment(String)': (self: XmlStreamWriter, text: Text) => self.write(`<!--${text ?? ''}-->`),
    'void writeProcessingInstruction(String, String)': (self: XmlStreamWriter, target: Text, data: Text) =>
      self.write(`<?${target ?? ''} ${data ?? ''}?>`),
  },
});
