import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { childOf, parseSource, textOf } from '../metadata/source.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const CODES = 'contracts/error-codes.json';
const ENUM = 'force-app/main/core/classes/SyncErrorCode.cls';
const CATALOGUE = 'force-app/main/core/classes/ErrorCatalogue.cls';
const LABELS = 'force-app/main/app/labels/CustomLabels.labels-meta.xml';
const CATEGORY = 'Errors';
const WRITE = 'node scripts/apex-checks/error-catalogue.ts';

type Entry = {
  readonly outcome: string | null;
  readonly owner: string;
  readonly text: string;
  readonly fix: string;
};

type Label = {
  readonly fullName: string;
  readonly category: string;
  readonly description: string;
  readonly value: string;
};

/** The Apex side of the list of error codes, as files by path: what is generated, given the labels that stand now. */
export function renderCatalogue(codes: Readonly<Record<string, Entry>>, labels: string): Map<string, string> {
  return new Map([
    [ENUM, renderEnum(Object.keys(codes))],
    [CATALOGUE, renderClass(codes)],
    [LABELS, renderLabels(codes, labels)],
  ]);
}

/** Where the Apex side says something else than contracts/error-codes.json. */
export function checkErrorCatalogue(project: string): string[] {
  const read = (file: string): string => readFileSync(path.join(project, file), 'utf8');
  return [...rendered(read)]
    .filter(([file, text]) => read(file) !== text)
    .map(([file]) => `${file}:1: is not what ${CODES} says. Run: ${WRITE}`);
}

function rendered(read: (file: string) => string): Map<string, string> {
  return renderCatalogue(JSON.parse(read(CODES)) as Record<string, Entry>, read(LABELS));
}

function renderEnum(codes: readonly string[]): string {
  const members = codes.map((code) => `    ${code}`).join(',\n');
  return `/** What can fail. Generated from contracts/error-codes.json. */\npublic enum SyncErrorCode {\n${members}\n}\n`;
}

function renderClass(codes: Readonly<Record<string, Entry>>): string {
  const cases = Object.entries(codes)
    .map(([code, { outcome, owner }]) => {
      const args = `${quoted(outcome)}, ${quoted(owner)}, Label.Error_${code}, Label.Fix_${code}`;
      return `            when ${code} {\n                return new Explanation(${args});\n            }\n`;
    })
    .join('');
  return `/** What each error code means, in the language of the user. Generated from contracts/error-codes.json. */
public inherited sharing class ErrorCatalogue {
    /** What a code means for the person who meets it. */
    public inherited sharing class Explanation {
        /** The outcome of a unit that fails by it; null where a call fails as a whole. */
        public final String outcome;
        /** Who must act. */
        public final String owner;
        /** What happened. */
        public final String text;
        /** What to do next. */
        public final String fix;

        private Explanation(String outcome, String owner, String text, String fix) {
            this.outcome = outcome;
            this.owner = owner;
            this.text = text;
            this.fix = fix;
        }
    }

    /** The code of a name that came from outside, or the fallback where this version does not know it. */
    public static SyncErrorCode codeOf(String name, SyncErrorCode fallback) {
        for (SyncErrorCode code : SyncErrorCode.values()) {
            if (code.name() == name) {
                return code;
            }
        }
        return fallback;
    }

    /** The meaning of a code. */
    public static Explanation explain(SyncErrorCode code) {
        switch on code {
${cases}            when else {
                return explain(SyncErrorCode.UNEXPECTED);
            }
        }
    }
}
`;
}

function quoted(text: string | null): string {
  return text === null ? 'null' : `'${text}'`;
}

function renderLabels(codes: Readonly<Record<string, Entry>>, standing: string): string {
  const generated = Object.entries(codes).flatMap(([code, { text, fix }]): Label[] => [
    { fullName: `Error_${code}`, category: CATEGORY, description: `What happened: ${code}`, value: text },
    { fullName: `Fix_${code}`, category: CATEGORY, description: `What to do next: ${code}`, value: fix },
  ]);
  const labels = [...labelsOf(standing).filter(({ category }) => category !== CATEGORY), ...generated];
  const elements = labels.toSorted((a, b) => (a.fullName < b.fullName ? -1 : 1)).map(renderLabel);
  return `<?xml version="1.0" encoding="UTF-8" ?>\n<CustomLabels xmlns="http://soap.sforce.com/2006/04/metadata">\n${elements.join('')}</CustomLabels>\n`;
}

function labelsOf(xml: string): Label[] {
  const { root, fault } = parseSource(LABELS, xml);
  if (root === null) throw new Error(`${LABELS}: ${fault ?? ''}`);
  return root.children.map((element) => ({
    fullName: textOf(element, 'fullName') ?? '',
    category: textOf(element, 'categories') ?? '',
    description: textOf(element, 'shortDescription') ?? '',
    value: childOf(element, 'value')?.text ?? '',
  }));
}

function renderLabel({ fullName, category, description, value }: Label): string {
  return `    <labels>
        <fullName>${fullName}</fullName>
        <categories>${escaped(category)}</categories>
        <language>en_US</language>
        <protected>true</protected>
        <shortDescription>${escaped(description)}</shortDescription>
        <value>${escaped(value)}</value>
    </labels>
`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [file, text] of rendered((name) => readFileSync(path.join(PROJECT, name), 'utf8'))) {
    writeFileSync(path.join(PROJECT, file), text);
    console.log(`written: ${file}`);
  }
}
