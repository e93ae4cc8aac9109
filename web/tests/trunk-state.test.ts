import { expect, it } from 'vitest';
import type { StatusBody, TrunkBody } from '@/api/generated/api.schemas';
import { stateOf } from '@/trunks/says';

const HOST = { host: '203.0.113.7' };
const trunk = (enabled: boolean, tested_at?: string, endpoints: object[] = [HOST]) =>
  ({ enabled, tested_at, endpoints }) as unknown as TrunkBody;
const status = (verdict: StatusBody['verdict']) => ({ verdict }) as StatusBody;
const ONCE = '2026-11-20T14:02:00Z';

it.each([
  [
    'answers probes, and nobody was answered through it: never green',
    trunk(true),
    status('healthy'),
    'untested',
  ],
  ['a call was answered', trunk(true, ONCE), status('healthy'), 'healthy'],
  ['nothing is known of it', trunk(true), undefined, 'untested'],
  ['tested, and not probed', trunk(true, ONCE), status('unknown'), 'unknown'],
  ['tested, and no status yet', trunk(true, ONCE), undefined, 'unknown'],
  ['what is wrong comes before what is not known', trunk(true), status('down'), 'down'],
  ['the same for a part of it', trunk(true), status('degraded'), 'degraded'],
  ['went down after its test', trunk(true, ONCE), status('down'), 'down'],
  ['nothing to probe, and a call proved it', trunk(true, ONCE, []), status('unknown'), 'tested'],
  ['nothing to probe, and no call', trunk(true, undefined, []), status('unknown'), 'untested'],
  ['switched off, whatever was found', trunk(false, ONCE), status('healthy'), 'disabled'],
])('%s', (_, given, found, expected) => {
  expect(stateOf(given, found)).toBe(expected);
});
