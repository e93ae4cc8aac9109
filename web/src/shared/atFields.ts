/**
 * A refusal of the service, put where the person typed what is wrong. The service points into the body that it
 * was sent (RFC 6901): /source_cidrs/1 is the second line of the field that holds the sources.
 */
import type { FieldValues, Path, UseFormSetError } from 'react-hook-form';
import { Refused, type Violation } from '@/api/problem';
import { serviceSays } from './serviceWords';

/** Field of the form by the beginning of the pointer; where it ends with /*, what follows is a line of the field. */
export type Places = Record<string, string>;

export type Found = { field: string; line?: number; violation: Violation };

/** rest: what no field is for; it is told above the form. */
export function placed(violations: Violation[], places: Places): { found: Found[]; rest: Violation[] } {
  const found: Found[] = [];
  const rest: Violation[] = [];
  for (const violation of violations) {
    const place = placeOf(violation.pointer, places);
    if (place) found.push({ ...place, violation });
    else rest.push(violation);
  }
  return { found, rest };
}

function placeOf(pointer: string, places: Places): { field: string; line?: number } | undefined {
  const direct = places[pointer];
  if (direct) return { field: direct };
  const parts = pointer.split('/').slice(1);
  const line = Number(parts[1]);
  const lines = places[`/${parts[0]}/*`];
  if (lines && Number.isInteger(line)) return { field: lines, line: line + 1 };
  const rows = places[`/${parts[0]}/#`];
  if (rows && Number.isInteger(line)) return { field: [rows, line, ...parts.slice(2)].join('.') };
  const whole = places[`/${parts[0]}`];
  return whole ? { field: whole } : undefined;
}

export type Words = (line: number, said: string) => string;

/** What stands at each field, in the order of its lines. */
export function messages(error: unknown, places: Places, words: Words): { field: string; message: string }[] {
  if (!(error instanceof Refused)) return [];
  const { found } = placed(error.problem.errors, places);
  const fields = [...new Set(found.map((one) => one.field))];
  return fields.map((field) => {
    const here = found
      .filter((one) => one.field === field)
      .sort((one, other) => (one.line ?? 0) - (other.line ?? 0));
    return { field, message: here.map((one) => told(one, words)).join('\n') };
  });
}

/** The first field takes the focus. */
export function showAtFields<T extends FieldValues>(
  error: unknown,
  places: Places,
  setError: UseFormSetError<T>,
  words: Words,
) {
  for (const [place, { field, message }] of messages(error, places, words).entries())
    setError(field as Path<T>, { type: 'server', message }, { shouldFocus: place === 0 });
}

function told({ line, violation }: Found, words: Words): string {
  const { what, repair } = serviceSays(violation.code, violation.detail, violation.hint);
  const said = [what, repair].filter(Boolean).join(' ');
  return line === undefined ? said : words(line, said);
}
