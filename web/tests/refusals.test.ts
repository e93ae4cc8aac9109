import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RejectionBody } from '@/api/generated/api.schemas';
import { asAddress, done, offered } from '@/refusals/fixes';
import { grouped } from '@/refusals/groups';
import { PLAIN, why } from '@/refusals/why';

const row = (changed: Partial<RejectionBody>): RejectionBody => ({
  id: 'rej_1',
  version: 1,
  trunk_id: 'trk_1',
  code: 'source_not_allowed',
  rule: 'source',
  sip_status: 403,
  said_by: 'edge',
  others: false,
  source_address: '198.51.100.9',
  called: '0301234567',
  count: 1,
  first_at: '2026-11-23T14:03:40.000Z',
  last_at: '2026-11-23T14:03:40.000Z',
  state: 'open',
  detail: '',
  hint: '',
  allows: ['198.51.100.0/29'],
  fixes: [],
  ...changed,
});

const NUMBER = { code: 'number_unknown', rule: 'number' } as const;
const BERLIN = '+49301234567';

describe('why a call was refused', () => {
  it.each([
    ['sourceOutside', row({ nearest: { network: '198.51.100.0/29' } })],
    ['sourceNear', row({ nearest: { network: '198.51.100.0/29', just_outside: true } })],
    ['noSource', row({ allows: [] })],
    ['sourceUnread', row({ source_address: undefined })],
    [
      'numberOfCountry',
      row({
        ...NUMBER,
        nearest: { number: BERLIN, country: 'DE', trunk_id: 'trk_1' },
        fixes: [{ id: 'read_as_country:DE', kind: 'read_as_country', country: 'DE', number: BERLIN }],
      }),
    ],
    ['numberNotRead', row({ ...NUMBER, nearest: { number: BERLIN, country: 'DE', trunk_id: 'trk_1' } })],
    [
      'numberElsewhere',
      row({
        ...NUMBER,
        nearest: { number: BERLIN, trunk_id: 'trk_2' },
        fixes: [{ id: `move_number:${BERLIN}`, kind: 'move_number', number: BERLIN, number_id: 'num_1' }],
      }),
    ],
    [
      'numberNew',
      row({ ...NUMBER, fixes: [{ id: `add_number:${BERLIN}`, kind: 'add_number', number: BERLIN }] }),
    ],
    ['numberAmbiguous', row({ ...NUMBER, code: 'number_ambiguous' })],
    ['numberUnreadable', row({ ...NUMBER, code: 'number_unreadable' })],
    ['numberHidden', row({ ...NUMBER, called: 'hmac-1a2b' })],
    ['numberHere', row({ ...NUMBER, state: 'fixed', number: BERLIN })],
    [
      'numberReadNow',
      row({
        ...NUMBER,
        state: 'fixed',
        number: BERLIN,
        fixed: { fix: 'read_as_country:DE', at: '2026-11-23T14:02:00Z', by: 'maria' },
      }),
    ],
    ['headerNamed', row({ code: 'header_malformed', about: 'Contact' })],
    ['extensionNamed', row({ code: 'extension_unsupported', about: 'path' })],
    ['bodyNamed', row({ code: 'body_unsupported', about: 'text/plain' })],
    ['answerNamed', row({ code: 'answer_unacceptable', about: 'text/html' })],
    // of an edge that does not name it, and of a code that says it by itself
    ['extension_unsupported', row({ code: 'extension_unsupported' })],
    ['method_not_allowed', row({ code: 'method_not_allowed', about: 'REGISTER', method: 'REGISTER' })],
    ['plan_missing', row({ code: 'plan_missing', number: BERLIN })],
    ['others', row({ others: true, source_address: undefined })],
    ['otherwise', row({ code: 'made_tomorrow' })],
  ] as const)('%s', (key, given) => {
    expect(why(given).key).toBe(key);
  });

  it.each(['en', 'de'])('names in %s what it is about, in why and in what to do', (language) => {
    const file = join(import.meta.dirname, `../src/words/${language}/refusals.json`);
    const words = JSON.parse(readFileSync(file, 'utf8'));
    const found = why(row({ code: 'extension_unsupported', about: 'path' }));
    expect(found.about).toBe('path');
    for (const said of [words.why, words.todo]) expect(said[found.key]).toContain('{{about}}');
  });

  it('is that its trunk is gone, whatever the code', () => {
    expect(why(row({}), true).key).toBe('trunkGone');
  });

  it('has a sentence for each code that the service explains', () => {
    const service = readFileSync(
      join(import.meta.dirname, '../../services/sip-config/sip_config/domain/refused/sentences.py'),
      'utf8',
    );
    const explained = [...service.matchAll(/^ {4}"(\w+)": \(/gm)].map((found) => found[1]);
    expect(explained.length).toBeGreaterThan(10);
    expect([...PLAIN, 'trunk_disabled'].sort()).toEqual(expect.arrayContaining(explained));
  });
});

it('offers each fix once, of the newest row that has it, and none of what is mended', () => {
  const fixes = [{ id: 'enable_trunk', kind: 'enable_trunk' }] as RejectionBody['fixes'];
  const found = offered([
    row({ id: 'new', fixes }),
    row({ id: 'old', fixes }),
    row({ state: 'fixed', fixes: [{ id: 'x', kind: 'add_number' }] }),
  ]);
  expect(found.map(({ fix, row: { id } }) => [fix.id, id])).toEqual([['enable_trunk', 'new']]);
});

it.each([
  ['198.51.100.7/32', '198.51.100.7'],
  ['198.51.100.0/28', '198.51.100.0/28'],
  ['2001:db8::7/128', '2001:db8::7'],
  ['2001:db8::/32', '2001:db8::/32'],
])('%s is written as %s', (cidr, written) => {
  expect(asAddress(cidr)).toBe(written);
});

it.each([
  ['allow_address:2001:db8::7/128', { kind: 'allow_address', value: '2001:db8::7/128' }],
  ['enable_trunk', { kind: 'enable_trunk', value: '' }],
  [undefined, { kind: 'otherwise', value: '' }],
  ['made_tomorrow:1', { kind: 'otherwise', value: '' }],
])('what was done by %s', (fix, found) => {
  expect(done(row({ state: 'fixed', fixed: { at: '', fix } }))).toEqual(found);
});

it('puts together what one fix mends, what is open first', () => {
  const groups = grouped([
    row({ id: 'a', state: 'fixed', source_address: '198.51.100.1' }),
    row({ id: 'b', count: 2 }),
    row({ id: 'c', ...NUMBER, called: '1' }),
    row({ id: 'd', count: 3, called: 'another' }),
    row({ id: 'e', trunk_id: 'trk_2' }),
    row({ id: 'f', code: 'extension_unsupported', about: 'path' }),
    row({ id: 'g', code: 'extension_unsupported', about: 'gruu' }),
  ]);
  expect(groups.map(({ rows, count }) => [rows.map((one) => one.id), count])).toEqual([
    [['b', 'd'], 5],
    [['c'], 1],
    [['e'], 1],
    [['f'], 1],
    [['g'], 1],
    [['a'], 1],
  ]);
});
