/** Pasted numbers: what is asked about them, and what is brought in. */
import type { JudgedLineBody } from '@/api/generated/api.schemas';

export const linesOf = (text: string): string[] =>
  text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter(Boolean);

export const MOST = 1000;

/** Those of other trunks come over only where somebody said so. */
export function taken(lines: JudgedLineBody[], moving: ReadonlySet<string>): JudgedLineBody[] {
  return lines.filter(
    ({ verdict, number = '' }) =>
      verdict === 'new' || verdict === 'yours' || (verdict === 'elsewhere' && moving.has(number)),
  );
}

export const toBring = (lines: JudgedLineBody[]) =>
  lines.map(({ number = '', label }) => ({ number, ...(label && { label }) }));

/** What the mark of a line says. */
export function markOf(line: JudgedLineBody, moving: ReadonlySet<string>): 'good' | 'warn' | 'bad' {
  // taken with something to look at: no plan has it, or its name is left out
  if (line.verdict === 'new' && line.code) return 'warn';
  if (line.verdict === 'new' || line.verdict === 'yours') return 'good';
  if (line.verdict === 'elsewhere') return moving.has(line.number ?? '') ? 'good' : 'warn';
  return line.verdict === 'repeated' ? 'warn' : 'bad';
}
