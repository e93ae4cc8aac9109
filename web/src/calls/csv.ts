/** Rows as CSV (RFC 4180) that a spreadsheet shows and does not run. */

const E164 = /^\+\d+$/;

/**
 * A character that begins a formula, where a spreadsheet may begin a cell: at the front, and behind what separates
 * cells for a reader whose language writes the comma in numbers.
 */
const FORMULA = /(?<=(?:^|[;\t\r\n])["\s]*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])/g;

/**
 * A caller may send any text as its number: what a spreadsheet would take for a formula gets an apostrophe
 * (OWASP, CSV injection). A telephone number stays as it is, for programs.
 */
export function cell(value: string | number | undefined): string {
  const text = value === undefined ? '' : String(value);
  const safe = E164.test(text) ? text : text.replaceAll(FORMULA, "'");
  return /[",;\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export const line = (values: (string | number | undefined)[]): string => `${values.map(cell).join(',')}\r\n`;

/** With the mark by which a spreadsheet knows UTF-8. */
export const fileOf = (lines: string[]): Blob => new Blob(['\ufeff', ...lines], { type: 'text/csv' });
