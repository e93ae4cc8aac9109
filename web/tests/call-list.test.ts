import { describe, expect, it } from 'vitest';
import type { CallBody } from '@/api/generated/api.schemas';
import { chosen, FIRST } from '@/calls/columns';
import { cell, fileOf, line } from '@/calls/csv';
import { asTyped, typed } from '@/calls/localTime';
import { merged } from '@/calls/merged';
import { asked, fits, searched } from '@/calls/search';
import { NO_CALLS } from '@/shared/stream/calls';

const NOW = new Date(2026, 10, 23, 14, 0);
const call = (id: string, started: string, changed: Partial<CallBody> = {}) =>
  ({ id, started_at: started, trunk_id: 'trk_1', answered: false, legs: [], ...changed }) as CallBody;

describe('the address of the list', () => {
  it.each([
    [{ number: 442079460123 }, { number: '+442079460123' }],
    [
      { answered: true, trunk: 'trk_1', odd: 1 },
      { answered: 'true', trunk: 'trk_1' },
    ],
    [{ answered: 'maybe', period: 'ever', from: 'then' }, {}],
    [{ from: '2026-11-23T14:00:00+01:00' }, { from: '2026-11-23T13:00:00.000Z' }],
    [{ period: 'week', from: '2026-11-23T14:00:00Z' }, { period: 'week' }],
  ])('%j means %j', (given, meant) => {
    expect(searched(given)).toEqual(meant);
  });

  it('is asked as the API has it', () => {
    expect(
      asked({ number: '+441', agent: 'agt_1', answered: 'false', to: '2026-11-23T13:00:00.000Z' }, NOW),
    ).toEqual({
      number: ['+441'],
      agent_id: ['agt_1'],
      answered: [false],
      started_at_before: '2026-11-23T13:00:00.000Z',
    });
    const midnight = new Date(2026, 10, 23).toISOString();
    expect(asked({ period: 'today' }, NOW)).toEqual({ started_at_after: midnight });
    expect(asked({ period: 'week' }, NOW).started_at_after).toBe(
      new Date(NOW.getTime() - 7 * 86_400_000).toISOString(),
    );
  });

  it.each([
    [{ number: '+441' }, { number: '+441' }, true],
    [{ number: '+441' }, { number: '+442' }, false],
    [{ trunk: 'trk_2' }, {}, false],
    [{ agent: 'agt_1' }, { agent_id: 'agt_1' }, true],
    [{ answered: 'true' as const }, { answered: false }, false],
    [{ from: '2026-11-23T13:00:00.000Z' }, {}, false],
    [{ to: '2026-11-23T13:00:00.000Z' }, {}, true],
  ])('%j lets %j through: %s', (search, changed, through) => {
    expect(fits(call('a', '2026-11-23T12:00:00.000Z', changed), search, NOW)).toBe(through);
  });

  it('has times as the reader types them', () => {
    expect(typed('2026-11-23T14:00')).toBe(NOW.toISOString());
    expect(asTyped(NOW.toISOString())).toBe('2026-11-23T14:00');
    expect([typed(''), asTyped(undefined)]).toEqual([undefined, '']);
  });
});

describe('what was read, with what was told', () => {
  const read = [call('b', '2026-11-23T12:02:00Z'), call('a', '2026-11-23T12:01:00Z')];
  const known = {
    ...NO_CALLS,
    goingOn: new Map([
      ['c', call('c', '2026-11-23T12:03:00Z')],
      ['b', call('b', '2026-11-23T12:02:00Z', { answered: true })],
    ]),
    ended: new Map([['old', call('old', '2026-11-23T11:00:00Z')]]),
  };
  const shown = (whole: boolean, through = (_: CallBody) => true) =>
    merged(read, known, through, whole).map((one) => [one.id, one.answered]);

  it('begins with what is new, and is as the stream has it', () => {
    expect(shown(false)).toEqual([
      ['c', false],
      ['b', true],
      ['a', false],
    ]);
  });

  it('has older ones when all is read, and what the filters let through alone', () => {
    expect(shown(true).at(-1)?.[0]).toBe('old');
    expect(shown(true, (one) => one.answered)).toEqual([['b', true]]);
  });
});

describe('a cell of the file', () => {
  it.each([
    ['=1+1', "'=1+1"],
    ['+44 20|cmd', "'+44 20|cmd"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['-2', "'-2"],
    ['\t=1', "\t'=1"],
    [' =1', " '=1"],
    ['\uff1d1', "'\uff1d1"],
    ['anna;=1+1', '"anna;\'=1+1"'],
    ['anna; "@SUM(A1)"', '"anna; ""\'@SUM(A1)"""'],
    ['anna\r\n\r\n-1', '"anna\r\n\r\n\'-1"'],
    ['Acme - Berlin', 'Acme - Berlin'],
    ['+442079460123', '+442079460123'],
    ['a "b", c', '"a ""b"", c"'],
    ['=A1,"x"', '"\'=A1,""x"""'],
    [12, '12'],
    [undefined, ''],
  ])('%j is written %s', (value, written) => {
    expect(cell(value)).toBe(written);
  });

  it('stands in lines of a file in UTF-8', async () => {
    expect(line(['a', 1, undefined])).toBe('a,1,\r\n');
    expect([...new Uint8Array(await fileOf(['ü']).arrayBuffer())]).toEqual([0xef, 0xbb, 0xbf, 0xc3, 0xbc]);
  });
});

it.each([
  [undefined, FIRST],
  ['when', FIRST],
  [[], ['when']],
  [
    ['code', 'gone', 'from'],
    ['when', 'from', 'code'],
  ],
])('columns that were kept as %j are %j', (kept, names) => {
  expect(chosen(kept)).toEqual(names);
});
