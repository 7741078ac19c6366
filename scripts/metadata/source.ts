import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { SaxesParser } from 'saxes';

/** One element of a metadata file. `text` is what stands between its tags, '' where it holds elements. */
export type Element = {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  readonly text: string;
};

/** A metadata file in source format, read; `root` is null where it is not well-formed, `fault` then says why. */
export type SourceFile = {
  /** Relative to the project, with forward slashes. */
  readonly path: string;
  readonly xml: string;
  readonly root: Element | null;
  readonly fault: string | null;
};

/** Every file below the folders of a project, as paths relative to it. Folders that do not exist hold none. */
export function filesBelow(project: string, folders: readonly string[]): string[] {
  return folders.flatMap((folder) => {
    try {
      return readdirSync(path.join(project, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.relative(project, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'))
        .toSorted();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  });
}

/** Reads every `-meta.xml` file below the folders. */
export function readSource(project: string, folders: readonly string[]): SourceFile[] {
  return filesBelow(project, folders)
    .filter((file) => file.endsWith('-meta.xml'))
    .map((file) => parseSource(file, readFileSync(path.join(project, file), 'utf8')));
}

/** Reads one metadata file from its text. */
export function parseSource(file: string, xml: string): SourceFile {
  try {
    return { path: file, xml, root: readElements(xml), fault: null };
  } catch (error) {
    return { path: file, xml, root: null, fault: `not well-formed: ${error instanceof Error ? error.message : ''}` };
  }
}

type OpenElement = Omit<Element, 'children' | 'text'> & { readonly children: Element[]; text: string };

function readElements(xml: string): Element {
  const top: OpenElement = { name: '', attributes: {}, children: [], text: '' };
  const open = [top];
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => open.push({ name, attributes, children: [], text: '' }));
  parser.on('text', (text) => {
    const element = open.at(-1);
    if (element !== undefined) element.text += text;
  });
  parser.on('closetag', () => {
    const element = open.pop();
    if (element !== undefined) open.at(-1)?.children.push(closed(element));
  });
  parser.write(xml).close();
  const [root] = top.children;
  if (root === undefined) throw new Error('there is no element');
  return root;
}

/** Between elements white space only indents. */
function closed(element: OpenElement): Element {
  return element.children.length === 0 ? element : { ...element, text: element.text.trim() };
}

/** The text of a child element, or null where there is none. */
export function textOf(element: Element | null, name: string): string | null {
  return element?.children.find((child) => child.name === name)?.text ?? null;
}

/** A child element, or null where there is none. */
export function childOf(element: Element | null, name: string): Element | null {
  return element?.children.find((child) => child.name === name) ?? null;
}
