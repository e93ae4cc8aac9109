import { describe, expect, it } from 'vitest';
import type { CallBody, RejectionBody } from '@/api/generated/api.schemas';
import { agentToMake, NEW, NOBODY, needed, planToMake, uriOf } from '@/connect/agent/values';
import { heard, numberOfFix, watched } from '@/connect/call/watching';
import { linesOf, markOf, taken, toBring } from '@/connect/numbers/lines';
import { after, before, minutesLeft, STEPS, type Step, screenOf } from '@/connect/steps';
import { stillFits } from '@/connect/stillFits';

const way = (done: Step[], state = 'open') => ({
  state,
  steps: STEPS.map((step) => (done.includes(step) ? { step, done_at: '2026-11-23T14:02:00Z' } : { step })),
});

describe('an address of the guided way leads to a screen that can be opened', () => {
  it.each([
    ['the next one', way(['line']), 'provider', 'provider'],
    ['one that was done', way(['line', 'provider']), 'line', 'line'],
    ['one that is too early', way(['line', 'provider']), 'call', 'numbers'],
    ['the end, too early', way(['line', 'provider', 'numbers', 'agent']), 'live', 'call'],
    ['the end', way([...STEPS]), 'live', 'live'],
    ['nothing that there is', way(['line', 'provider']), 'nonsense', 'numbers'],
    ['a step of one that is live', way([...STEPS], 'live'), 'numbers', 'live'],
    ['a hole, because something was taken back', way(['line', 'numbers', 'agent']), 'agent', 'provider'],
  ])('%s', (_, given, asked, screen) => {
    expect(screenOf(given, asked)).toBe(screen);
  });

  it('from each step to the next one and back', () => {
    expect(STEPS.map(after)).toEqual(['provider', 'numbers', 'agent', 'call', 'live']);
    expect([...STEPS, 'live' as const].map(before)).toEqual([undefined, ...STEPS]);
  });

  it('the time that is left grows no longer', () => {
    const left = [...STEPS, 'live' as const].map(minutesLeft);
    expect(left).toEqual([...left].sort((one, other) => other - one));
    expect([left[0], left.at(-1)]).toEqual([5, 1]);
  });
});

describe('a change for another version is made where nobody touched the same', () => {
  const base = { version: 1, trunk_id: 'a', numbers: [{ number: '+1' }], line: 'trunk' };
  it.each([
    ['nothing else changed', { trunk_id: 'b' }, { ...base, version: 2 }, true],
    ['something else changed', { trunk_id: 'b' }, { ...base, version: 2, numbers: [] }, true],
    ['the same changed', { trunk_id: 'b' }, { ...base, version: 2, trunk_id: 'c' }, false],
    ['one of two changed', { trunk_id: 'b', line: 'port' }, { ...base, trunk_id: 'c' }, false],
    ['the same list changed', { numbers: [] }, { ...base, version: 2, numbers: [{ number: '+2' }] }, false],
  ])('%s', (_, patch, current, fits) => {
    expect(stillFits(patch, base, current)).toBe(fits);
  });
});

describe('numbers', () => {
  const line = (
    verdict: 'new' | 'yours' | 'elsewhere' | 'taken' | 'repeated' | 'unreadable',
    number = '+1',
  ) => ({
    line: number,
    number,
    verdict,
  });

  it('one a line, in lines of any system', () => {
    expect(linesOf(' (555) 749-9211 \r\n\n0301 234567,Desk\n')).toEqual([
      '(555) 749-9211',
      '0301 234567,Desk',
    ]);
  });

  it('those of other trunks come over only where somebody said so', () => {
    const lines = [line('new', '+1'), line('yours', '+2'), line('elsewhere', '+3'), line('elsewhere', '+4')];
    const more = [line('taken', '+5'), line('repeated', '+1'), line('unreadable', '+6')];
    const good = taken([...lines, ...more], new Set(['+4']));
    expect(good.map((one) => one.number)).toEqual(['+1', '+2', '+4']);
  });

  it('a label goes with its number', () => {
    expect(toBring([{ ...line('new'), label: 'Desk' }, line('new', '+2')])).toEqual([
      { number: '+1', label: 'Desk' },
      { number: '+2' },
    ]);
  });

  it.each([
    ['new', 'good'],
    ['yours', 'good'],
    ['elsewhere', 'warn'],
    ['repeated', 'warn'],
    ['taken', 'bad'],
    ['unreadable', 'bad'],
  ] as const)('%s is marked %s', (verdict, mark) => {
    expect(markOf(line(verdict), new Set())).toBe(mark);
  });

  it('is a warning where a new one has something to look at', () => {
    expect(markOf({ ...line('new'), code: 'number_outside_plan' }, new Set())).toBe('warn');
  });
});

describe('who answers', () => {
  it.each([
    ['desk@agents.example.com', 'sip:desk@agents.example.com'],
    [' sip:desk@agents.example.com;transport=tcp ', 'sip:desk@agents.example.com;transport=tcp'],
    ['SIPS:desk@a.example', 'SIPS:desk@a.example'],
  ])('%j is called at %j', (typed, uri) => {
    expect(uriOf(typed)).toBe(uri);
    expect(agentToMake({ id: NEW, name: ' Desk ', address: typed })).toEqual({ name: 'Desk', sip: { uri } });
  });

  it('what is missing of a new one, and nothing of others', () => {
    expect(needed({ id: NEW, name: ' ', address: '' })).toEqual(['name', 'address']);
    expect(needed({ id: NEW, name: 'Desk', address: 'a@b' })).toEqual([]);
    expect(needed({ id: NOBODY, name: '', address: '' })).toEqual([]);
    expect(needed({ id: 'agt_1', name: '', address: '' })).toEqual([]);
  });

  it('a fallback also steps in when the first one is busy', () => {
    expect(planToMake('Desk', 'agt_1', 'agt_2')).toMatchObject({
      fallback_agent_id: 'agt_2',
      fallback_on_busy: true,
    });
    expect(planToMake('Desk', 'agt_1', NOBODY)).not.toHaveProperty('fallback_agent_id');
  });
});

describe('what is shown while a call is waited for', () => {
  const SINCE = '2026-11-23T14:00:00.000Z';
  const at = (second: number) => `2026-11-23T14:00:${String(second).padStart(2, '0')}.000Z`;
  const call = (id: string, second: number, more: Partial<CallBody> = {}) =>
    ({ id, trunk_id: 'trk', started_at: at(second), answered: false, ...more }) as CallBody;
  const row = (id: string, second: number, more: Partial<RejectionBody> = {}) =>
    ({ id, trunk_id: 'trk', last_at: at(second), ...more }) as RejectionBody;
  const seen = (calls: CallBody[], rejections: RejectionBody[]) => {
    const found = watched({ calls, rejections }, 'trk', SINCE);
    if (found.state === 'call') return found.call.id;
    return found.state === 'refused' ? found.rows[0]?.id : found.state;
  };

  it.each([
    ['nothing has come', [], [], 'waiting'],
    ['a call', [call('c', 5)], [], 'c'],
    ['the newest of two', [call('new', 9), call('old', 5)], [], 'new'],
    ['a refusal', [], [row('r', 5)], 'r'],
    ['a refusal after a call', [call('c', 5, { ended_at: at(6) })], [row('r', 7)], 'r'],
    ['the call after a refusal', [call('c', 9)], [row('r', 7)], 'c'],
    ['a refusal by a router has a call as well', [call('c', 7)], [row('r', 7, { call_id: 'c' })], 'r'],
    ['a refusal that is told as of before its call', [call('c', 7)], [row('r', 6, { call_id: 'c' })], 'r'],
    ['another refusal while somebody talks', [call('c', 5, { answered: true })], [row('r', 7)], 'c'],
    ['another trunk', [call('c', 5, { trunk_id: 'other' })], [row('r', 5, { trunk_id: 'other' })], 'waiting'],
    ['before it was opened', [call('c', 0, { started_at: '2026-11-23T13:59:59Z' })], [], 'waiting'],
  ])('%s', (_, calls, rejections, expected) => {
    expect(seen(calls, rejections)).toBe(expected);
  });

  it.each([
    [{ caller_heard: true, agent_heard: true }, 'both'],
    [{ caller_heard: false, agent_heard: true }, 'callerNot'],
    [{ caller_heard: true, agent_heard: false }, 'agentNot'],
    [{ caller_heard: false, agent_heard: false }, 'neither'],
    [{ caller_heard: true }, 'unmeasured'],
    [{}, 'unmeasured'],
  ])('%j was %s', (tested, was) => {
    expect(heard(tested)).toBe(was);
  });

  it.each([
    ['add_number:+49301234567', '+49301234567'],
    ['move_number:+49301234567', '+49301234567'],
    ['allow_address:198.51.100.7/32', undefined],
    [undefined, undefined],
  ])('%s brought %s', (fix, number) => {
    expect(numberOfFix(fix)).toBe(number);
  });
});
