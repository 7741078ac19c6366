import { describe, expect, test } from '@jest/globals';
import { createSnippets } from '../apex-snippet.ts';

const run = createSnippets();

describe('Dom.Document', () => {
  test('writes elements, namespaces, attributes and text', () =>
    expect(
      run(`
        Dom.Document d = new Dom.Document();
        Dom.XmlNode root = d.createRootElement('Envelope', 'urn:e', 'env');
        root.setAttribute('id', '1"');
        Dom.XmlNode body = root.addChildElement('Body', 'urn:e', 'env');
        body.addTextNode('a<b');
        root.addChildElement('Empty', null, null);
        root.addCommentNode('note');
        System.debug(d.toXmlString());
      `),
    ).toEqual([
      '<?xml version="1.0" encoding="UTF-8"?><env:Envelope xmlns:env="urn:e" id="1&quot;"><env:Body>a&lt;b</env:Body><Empty /><!--note--></env:Envelope>',
    ]));

  test('reads what it has written, and finds children by name and namespace', () =>
    expect(
      run(`
        Dom.Document d = new Dom.Document();
        d.load('<list xmlns="urn:l" xmlns:x="urn:x"><item x:no="7">One &amp; two</item><x:item/></list>');
        Dom.XmlNode root = d.getRootElement();
        Dom.XmlNode item = root.getChildElement('item', 'urn:l');
        System.debug(item.getText() + '|' + item.getAttributeValue('no', 'urn:x') + '|' + item.getParent().getName());
        System.debug(root.getChildElements().size() + ' ' + root.getChildElement('item', 'urn:x').getNamespace());
        System.debug(root.getChildElement('none', null) == null);
        System.debug(root.removeChild(item) + ' ' + root.getChildElements().size());
      `),
    ).toEqual(['One & two|7|list', '2 urn:x', 'true', 'true 1']));

  test('refuses what is no XML', () =>
    expect(
      run(`try { new Dom.Document().load('<a>'); } catch (XmlException e) { System.debug(e.getTypeName()); }`),
    ).toEqual(['System.XmlException']));
});

test('XmlStreamWriter writes piece by piece', () =>
  expect(
    run(`
      XmlStreamWriter w = new XmlStreamWriter();
      w.writeStartDocument('utf-8', '1.0');
      w.writeStartElement('p', 'a', 'urn:p');
      w.writeNamespace('p', 'urn:p');
      w.writeAttribute(null, null, 'k', 'v');
      w.writeEmptyElement(null, 'e', null);
      w.writeAttribute(null, null, 'n', '1');
      w.writeCharacters('t&');
      w.writeCData('<raw>');
      w.writeEndDocument();
      System.debug(w.getXmlString());
    `),
  ).toEqual([
    '<?xml version="1.0" encoding="utf-8"?><p:a xmlns:p="urn:p" k="v"><e n="1"/>t&amp;<![CDATA[<raw>]]></p:a>',
  ]));
