// Says what is wrong with an AsyncAPI document: node validate.mjs FILE. Ends with 1 when anything is.
import { readFileSync } from 'node:fs';
import { Parser } from '@asyncapi/parser';

const file = process.argv[2];
const { document, diagnostics } = await new Parser().parse(readFileSync(file, 'utf8'), { source: file });
for (const { severity, message, path } of diagnostics) {
  console.error(`${['error', 'warning', 'info', 'hint'][severity]}: ${path.join('.')}: ${message}`);
}
process.exit(document && !diagnostics.some(({ severity }) => severity < 2) ? 0 : 1);
