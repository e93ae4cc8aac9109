import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const SOURCES = join(import.meta.dirname, '..', 'src');
const WORDS = join(SOURCES, 'words');

type Tree = { [key: string]: string | Tree };

const read = (language: string, file: string): Tree =>
  JSON.parse(readFileSync(join(WORDS, language, file), 'utf8'));

function flat(tree: Tree, before = ''): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [[before + key, value] as [string, string]] : flat(value, `${before}${key}.`),
  );
}

const places = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((found) => found[1]).sort();
const files = readdirSync(join(WORDS, 'en')).filter((name) => name.endsWith('.json'));

describe.each(files)('%s', (file) => {
  const english = new Map(flat(read('en', file)));
  const german = new Map(flat(read('de', file)));

  it('says the same things in German as in English', () => {
    expect([...german.keys()].sort()).toEqual([...english.keys()].sort());
  });

  it('has the same places for values in both', () => {
    for (const [key, text] of english)
      expect([key, places(german.get(key) ?? '')]).toEqual([key, places(text)]);
  });

  it('leaves no text empty', () => {
    for (const [key, text] of [...english, ...german]) expect([key, text.trim()]).not.toEqual([key, '']);
  });
});

const components = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter(
  (name) => name.endsWith('.tsx') && !name.includes('generated'),
);

describe.each(components)('%s', (name) => {
  const lines = readFileSync(join(SOURCES, name), 'utf8').split('\n');

  it('has no words of its own', () => {
    // text between tags, and attributes that people read
    const wrong = lines.filter(
      (line) =>
        />\s*[A-Za-z][a-z]+[^<>{}=;]*<\//.test(line) ||
        /\b(label|placeholder|title|alt|aria-label|description)="[^"]*[a-z]/.test(line),
    );
    expect(wrong).toEqual([]);
  });

  it('is no longer than 200 lines', () => {
    expect(lines.length).toBeLessThanOrEqual(200);
  });
});

const CATALOGUE = join(SOURCES, '..', '..', 'libs', 'servicekit', 'servicekit', 'http', 'catalogue.json');

it('says in German what each code of the services means, and what to do', () => {
  const codes = Object.keys(JSON.parse(readFileSync(CATALOGUE, 'utf8')));
  const german: Record<string, string[]> = JSON.parse(
    readFileSync(join(WORDS, 'de', 'problems.json'), 'utf8'),
  );
  expect(Object.keys(german).sort()).toEqual(codes.sort());
  for (const [code, said] of Object.entries(german))
    expect([code, said.filter((one) => /^\S.*[.!?]$/.test(one)).length]).toEqual([code, 2]);
});
