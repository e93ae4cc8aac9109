import i18next from 'i18next';
import { beforeAll, describe, expect, it } from 'vitest';
import { Refused, type Violation } from '@/api/problem';
import { messages, placed, showAtFields } from '@/shared/atFields';
import { PLACES } from '@/trunks/values';

const violation = (pointer: string): Violation => ({
  pointer,
  code: 'c',
  detail: 'it is wrong',
  hint: 'mend it',
});

beforeAll(() => i18next.init({ lng: 'en' }));

describe('a refusal stands at the field that it is about', () => {
  it.each([
    ['/name', 'name', undefined],
    ['/source_cidrs/0', 'sources', 1],
    ['/source_cidrs/11', 'sources', 12],
    ['/source_cidrs', 'sources', undefined],
    ['/endpoints/1/host', 'endpoints.1.host', undefined],
    ['/endpoints/1', 'endpoints.1', undefined],
    ['/endpoints', 'endpoints', undefined],
    ['/domain_label', 'label', undefined],
  ])('%s', (pointer, field, line) => {
    const { found, rest } = placed([violation(pointer)], PLACES);
    expect(rest).toEqual([]);
    expect(found[0]).toMatchObject({ field, ...(line && { line }) });
  });

  it('keeps what no field is for', () => {
    expect(placed([violation('/Idempotency-Key')], PLACES).rest).toHaveLength(1);
  });

  it('says all lines of one field together', () => {
    const problem = {
      code: 'trunk_invalid',
      status: 422,
      detail: '',
      hint: '',
      request_id: '',
      errors: [violation('/source_cidrs/2'), violation('/source_cidrs/0')],
    };
    const words = (line: number, what: string) => `${line}: ${what}`;
    const refusal = new Refused(problem);
    const message = '1: It is wrong. Mend it.\n3: It is wrong. Mend it.';
    expect(messages(refusal, PLACES, words)).toEqual([{ field: 'sources', message }]);
    const focused: (boolean | undefined)[] = [];
    showAtFields(refusal, PLACES, (_, __, how) => focused.push(how?.shouldFocus), words);
    expect(focused).toEqual([true]);
  });
});
