/** Rows as CSV (RFC 4180) that a spreadsheet shows and does not run. */

const E164 = /^\+\d+$/;

/**
 * A caller may send any text as its number: what a spreadsheet would take for a formula gets an apostrophe
 * (OWASP, CSV injection). A telephone number stays as it is, for programs.
 */
export function cell(value: string | number | undefined): string {
  const text = value === undefined ? '' : String(value);
  const safe = /^[=+\-@\t\r\n]/.test(text) && !E164.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export const line = (values: (string | number | undefined)[]): string => `${values.map(cell).join(',')}\r\n`;

/** With the mark by which a spreadsheet knows UTF-8. */
export const fileOf = (lines: string[]): Blob => new Blob(['\ufeff', ...lines], { type: 'text/csv' });
