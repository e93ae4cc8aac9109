// What a browser fetches before the first screen, packed as the door sends it, must fit the budget.
import { readFileSync, statSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const BUDGET = 250 * 1024;
const dist = new URL('../dist/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'));

// the entry with all that it imports at once, and the chunk of the first screen
const first = ['index.html', 'src/shell/Home.tsx'];
const files = new Set();

function take(name) {
  const chunk = manifest[name];
  if (!chunk) throw new Error(`${name} is not in the build`);
  if (files.has(chunk.file)) return;
  for (const file of [chunk.file, ...(chunk.css ?? [])]) files.add(file);
  for (const imported of chunk.imports ?? []) take(imported);
}

first.forEach(take);
const sizes = [...files].map((file) => [statSync(new URL(`${file}.gz`, dist)).size, file]);
sizes.push([gzipSync(readFileSync(new URL('index.html', dist))).length, 'index.html']);
sizes.sort((one, other) => other[0] - one[0]);
const total = sizes.reduce((sum, [size]) => sum + size, 0);
const told = `first load: ${(total / 1024).toFixed(1)} KB of ${BUDGET / 1024} KB, packed`;
if (process.argv.includes('--all') || total > BUDGET)
  for (const [size, file] of sizes) process.stdout.write(`${(size / 1024).toFixed(1).padStart(8)} ${file}\n`);
process.stdout.write(`${told}\n`);
process.exitCode = total > BUDGET ? 1 : 0;
