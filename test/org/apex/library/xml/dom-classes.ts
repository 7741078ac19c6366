import { currentProgram } from '../../program.ts';
import { throwApex } from '../../runtime/values/apex-exception.ts';
import { ApexList } from '../../runtime/values/apex-list.ts';
import { PlatformObject } from '../../runtime/values/apex-object.ts';
import { classOf } from '../../types.ts';
import { platformClass, platformEnum, type PlatformDeclaration } from '../declare.ts';
import { commentNode, parseXml, textNode, XmlNode, xmlText } from './xml-node.ts';

const NAMESPACE = { namespace: 'Dom' } as const;
const NODE = classOf('Dom.XmlNode');

class XmlDocument extends PlatformObject {
  static override readonly apexName = 'Dom.Document';
  root: XmlNode | null = null;
}

type Text = string | null;

const element = (name: Text, namespace: Text, prefix: Text): XmlNode =>
  new XmlNode('ELEMENT', { name: name ?? '', namespace, prefix });

const elementsOf = ({ children }: XmlNode): XmlNode[] => children.filter(({ kind }) => kind === 'ELEMENT');

const isCalled =
  (name: Text, namespace: Text) =>
  (each: { readonly name: string; readonly namespace: string | null }): boolean =>
    each.name === name && each.namespace === namespace;

const attributeOf = (self: XmlNode, name: Text, namespace: Text): Text =>
  self.attributes.find(isCalled(name, namespace))?.value ?? null;

function setAttribute(self: XmlNode, name: Text, value: Text, namespace: Text = null): void {
  removeAttribute(self, name, namespace);
  const prefix = [...self.namespaces].find(([, known]) => known === namespace)?.[0] ?? null;
  self.attributes.push({ name: name ?? '', namespace, prefix, value: value ?? '' });
}

function removeAttribute(self: XmlNode, name: Text, namespace: Text): boolean {
  const index = self.attributes.findIndex(isCalled(name, namespace));
  if (index >= 0) self.attributes.splice(index, 1);
  return index >= 0;
}

function removeChild(self: XmlNode, child: XmlNode | null): boolean {
  const before = self.children.length;
  self.children = self.children.filter((each) => each !== child);
  return self.children.length < before;
}

function insertBefore(self: XmlNode, child: XmlNode, reference: XmlNode | null): XmlNode {
  const index = reference ? self.children.indexOf(reference) : self.children.length;
  if (index < 0) throwApex('System.XmlException', 'The node is not a child of this node.');
  child.parent = self;
  self.children.splice(index, 0, child);
  return child;
}

const attributeMethods = {
  'String getAttribute(String, String)': attributeOf,
  'String getAttributeValue(String, String)': attributeOf,
  'Integer getAttributeCount()': (self: XmlNode) => self.attributes.length,
  'String getAttributeKeyAt(Integer)': (self: XmlNode, index: number) => self.attributes[index]?.name ?? null,
  'String getAttributeKeyNsAt(Integer)': (self: XmlNode, index: number) => self.attributes[index]?.namespace ?? null,
  'void setAttribute(String, String)': (self: XmlNode, name: Text, value: Text) => setAttribute(self, name, value),
  'void setAttributeNs(String, String, String, String)': (self: XmlNode, ...[name, value, namespace]: Text[]) =>
    setAttribute(self, name ?? null, value ?? null, namespace ?? null),
  'Boolean removeAttribute(String, String)': removeAttribute,
};

const childMethods = {
  'Dom.XmlNode addChildElement(String, String, String)': (self: XmlNode, ...[name, namespace, prefix]: Text[]) =>
    self.append(element(name ?? null, namespace ?? null, prefix ?? null)),
  'Dom.XmlNode addTextNode(String)': (self: XmlNode, text: Text) => self.append(textNode(text ?? '')),
  'Dom.XmlNode addCommentNode(String)': (self: XmlNode, text: Text) => self.append(commentNode(text ?? '')),
  'Dom.XmlNode getChildElement(String, String)': (self: XmlNode, name: Text, namespace: Text) =>
    elementsOf(self).find(({ called }) => isCalled(name, namespace)(called)) ?? null,
  'List<Dom.XmlNode> getChildElements()': (self: XmlNode) => new ApexList(NODE, elementsOf(self)),
  'List<Dom.XmlNode> getChildren()': (self: XmlNode) => new ApexList(NODE, [...self.children]),
  'Dom.XmlNode insertBefore(Dom.XmlNode, Dom.XmlNode)': insertBefore,
  'Boolean removeChild(Dom.XmlNode)': removeChild,
};

/** `Dom.*`: XML documents as trees. */
export const domClasses: readonly PlatformDeclaration[] = [
  platformClass('Document', {
    ...NAMESPACE,
    constructors: { '()': () => new XmlDocument() },
    methods: {
      'Dom.XmlNode createRootElement(String, String, String)': (self: XmlDocument, ...names: Text[]) => {
        self.root = element(names[0] ?? null, names[1] ?? null, names[2] ?? null);
        return self.root;
      },
      'Dom.XmlNode getRootElement()': (self: XmlDocument) => self.root,
      'void load(String)': (self: XmlDocument, text: Text) => {
        self.root = parseXml(text ?? '');
      },
      'String toXmlString()': ({ root }: XmlDocument) =>
        `<?xml version="1.0" encoding="UTF-8"?>${root ? xmlText(root) : ''}`,
    },
  }),
  platformEnum('XmlNodeType', ['COMMENT', 'ELEMENT', 'TEXT'], NAMESPACE),
  platformClass('XmlNode', {
    ...NAMESPACE,
    methods: {
      ...attributeMethods,
      ...childMethods,
      'String getName()': ({ called, kind }: XmlNode) => (kind === 'ELEMENT' ? called.name : null),
      'String getNamespace()': ({ called }: XmlNode) => called.namespace,
      'String getNamespaceFor(String)': (self: XmlNode, prefix: Text) => self.namespaceFor(prefix ?? ''),
      'String getPrefixFor(String)': (self: XmlNode, namespace: Text) =>
        [...self.namespaces].find(([, known]) => known === namespace)?.[0] ?? null,
      'void setNamespace(String, String)': (self: XmlNode, prefix: Text, namespace: Text) =>
        void self.namespaces.set(prefix ?? '', namespace ?? ''),
      'Dom.XmlNodeType getNodeType()': ({ kind }: XmlNode) =>
        currentProgram()
          .enumValues('Dom.XmlNodeType')
          .find(({ name }) => name === kind) ?? null,
      'Dom.XmlNode getParent()': ({ parent }: XmlNode) => parent,
      'String getText()': (self: XmlNode) => (self.kind === 'ELEMENT' ? self.ownText : self.text),
    },
  }),
];
