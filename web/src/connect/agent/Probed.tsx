import type { AgentBody } from '@/api/generated/api.schemas';
import { ProbeSentence } from '@/shared/probe/AgentProbe';
import { type ProbeState, stateOf } from '@/shared/probe/agentSays';
import { useAgentStatuses } from '@/shared/probe/reading';
import { Line } from '../Line';

const MARKS = { asking: 'asked', missed: 'warn', healthy: 'good', down: 'warn', unprobed: 'warn' } as const;

/** Whether the agent is there, as a line of what was understood; nothing of a person. */
export function Probed({ agent }: { agent: AgentBody }) {
  const status = useAgentStatuses([agent]).get(agent.id);
  if (!agent.sip) return null;
  const state: ProbeState = stateOf(agent, status, Date.now());
  return <Line mark={MARKS[state]} head={<ProbeSentence agent={agent} status={status} />} />;
}
