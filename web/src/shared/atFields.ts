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

type Words = (line: number, said: string) => string;

/** True when each violation stands at a field. */
export function showAtFields<T extends FieldValues>(
  error: unknown,
  places: Places,
  setError: UseFormSetError<T>,
  words: Words,
): boolean {
  if (!(error instanceof Refused) || error.problem.errors.length === 0) return false;
  const { found, rest } = placed(error.problem.errors, places);
  const fields = [...new Set(found.map((one) => one.field))];
  for (const field of fields) {
    const message = found
      .filter((one) => one.field === field)
      .map((one) => told(one, words))
      .join('\n');
    setError(field as Path<T>, { type: 'server', message }, { shouldFocus: field === fields[0] });
  }
  return rest.length === 0;
}

function told({ line, violation }: Found, words: Words): string {
  const { what, repair } = serviceSays(violation.code, violation.detail, violation.hint);
  const said = [what, repair].filter(Boolean).join(' ');
  return line === undefined ? said : words(line, said);
}
