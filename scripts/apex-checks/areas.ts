import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ApexLexer, ApexParserFactory } from '@apexdevtools/apex-parser';
import { filesBelow } from '../metadata/source.ts';

const MAIN = 'force-app/main';

/** Each area of the package, and the areas whose classes it may name: what it stands on, never what stands on it. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  core: [],
  connection: ['core'],
  mapping: ['core'],
  sync: ['core', 'connection', 'mapping'],
  api: ['core', 'connection', 'mapping', 'sync'],
};

/** One name in a class or trigger, and where. */
type Name = { readonly text: string; readonly line: number };

/** The faults of classes and triggers that name a class of an area above or beside their own, with file and line. Comments and texts are no names. */
export function checkAreas(project: string): string[] {
  const files = filesBelow(project, [MAIN]).filter((file) => /\.(cls|trigger)$/.test(file));
  const areaOf = new Map(files.map((file) => [path.posix.basename(file, path.posix.extname(file)), areaIn(file)]));
  return files.flatMap((file) => {
    const area = areaIn(file);
    const allowed = ARROWS[area];
    if (allowed === undefined)
      return [`${file}: the area ${area} has no place in scripts/apex-checks/areas.ts: give it one`];
    return namesOf(readFileSync(path.join(project, file), 'utf8')).flatMap(({ text, line }) => {
      const named = areaOf.get(text) ?? area;
      return named === area || allowed.includes(named)
        ? []
        : [`${file}:${line}: ${area} may not name ${text} of ${named}`];
    });
  });
}

/** Every identifier that is not reached through a dot: members share names with classes, first names do not. */
function namesOf(text: string): Name[] {
  const tokens = ApexParserFactory.createLexer(text).getAllTokens();
  return tokens.flatMap((token, index) =>
    token.type === ApexLexer.Identifier && tokens[index - 1]?.type !== ApexLexer.DOT
      ? [{ text: token.text, line: token.line }]
      : [],
  );
}

function areaIn(file: string): string {
  return file.slice(MAIN.length + 1).split('/')[0] ?? '';
}
