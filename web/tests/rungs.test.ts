import { expect, it } from 'vitest';
import type { CallBody, DecisionBody, LegResultBody } from '@/api/generated/api.schemas';
import { type Rung, rungs } from '@/calls/rungs';

const at = (seconds: string) => `2026-11-23T14:02:${seconds}Z`;
const leg = (changed: Partial<LegResultBody>): LegResultBody => ({
  attempt: 1,
  index: 0,
  agent_id: 'agt_1',
  started_at: at('11.300'),
  ...changed,
});
const decided = (...names: string[]) =>
  ({
    code: names.length ? 'routed' : 'number_unknown',
    legs: names.map((agent_name) => ({ agent_name })),
  }) as DecisionBody;
const call = (changed: Partial<CallBody>): CallBody => ({
  id: 'c1',
  trunk_id: 'trk_1',
  direction: 'inbound',
  attempt: 1,
  legs: [],
  attempts: [],
  started_at: at('11.204'),
  answered: false,
  ...changed,
});

const told = (given: CallBody) => rungs(given).map(({ what, way, agentId }) => [what, way, agentId]);

it('tells a call that a second agent answered, in order of time', () => {
  const given = call({
    called: '02079460123',
    number: '+442079460123',
    decision: decided('One', 'Two'),
    answered: true,
    agent_id: 'agt_2',
    ended_by: 'caller',
    ended_at: at('50.000'),
    legs: [
      leg({ ended_at: at('20.000'), sip_status: 486 }),
      leg({
        agent_id: 'agt_2',
        started_at: at('20.000'),
        ringing_at: at('20.000'),
        answered_at: at('21.900'),
        heard: { provider: { received: 90 }, agent: { received: 0 } },
      }),
    ],
  });
  expect(told(given)).toEqual([
    ['called', 'providerToUs', undefined],
    ['readAs', 'note', undefined],
    ['decided', 'note', undefined],
    ['tried', 'usToAgent', 'agt_1'],
    ['legFailed', 'agentToUs', 'agt_1'],
    ['tried', 'usToAgent', 'agt_2'],
    ['rang', 'agentToUs', 'agt_2'],
    ['answered', 'agentToUs', 'agt_2'],
    ['sound', 'both', undefined],
    ['callerHungUp', 'providerToUs', undefined],
  ]);
  const found = rungs(given);
  expect(found[7]?.after).toBe(1900);
  expect([found[8]?.caller, found[8]?.agent]).toEqual([true, false]);
});

const ENDED = { ended_at: at('12.000') };

it.each([
  ['goes on and nothing is decided', call({}), 'called', 'providerToUs'],
  [
    'was refused',
    call({ ...ENDED, decision: decided(), ended_by: 'keepline', refusal_code: 'number_unknown' }),
    'refused',
    'usToProvider',
  ],
  [
    'was given up',
    call({ ...ENDED, decision: decided('One'), ended_by: 'caller' }),
    'gaveUp',
    'providerToUs',
  ],
  [
    'was ended by the agent',
    call({ ...ENDED, answered: true, ended_by: 'agent', agent_id: 'agt_1' }),
    'agentHungUp',
    'agentToUs',
  ],
  ['was ended by us', call({ ...ENDED, answered: true, ended_by: 'keepline' }), 'weEnded', 'both'],
  ['ended, and nobody said by whom', call({ ...ENDED, answered: true }), 'ended', 'note'],
] as [string, CallBody, Rung['what'], Rung['way']][])(
  'the last rung of a call that %s',
  (_, given, what, way) => {
    expect(rungs(given).at(-1)).toMatchObject({ what, way });
  },
);
