import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const STYLES = join(ROOT, 'node_modules', '@mantine', 'core', 'styles');
const SOURCES = join(ROOT, 'src');

it('has the styles of each component of Mantine that is in use', () => {
  const taken = readFileSync(join(SOURCES, 'shell', 'mantine.css'), 'utf8');
  const used = new Set<string>();
  for (const name of readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.tsx')) continue;
    const text = readFileSync(join(SOURCES, name), 'utf8');
    for (const [, names] of text.matchAll(/import \{([^}]*)\} from '@mantine\/core'/g)) {
      for (const one of names?.split(',') ?? []) used.add(one.replace('type ', '').trim());
    }
  }
  const missing = [...used].filter(
    (one) => existsSync(join(STYLES, `${one}.css`)) && !taken.includes(`/${one}.css`),
  );
  expect(missing).toEqual([]);
});
