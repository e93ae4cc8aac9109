import { useQuery } from '@tanstack/react-query';
import type { AgentBody, AgentStatusBody, AgentStatusPage } from '@/api/generated/api.schemas';
import { getListAgentStatusesQueryKey, getListAgentStatusesQueryOptions } from '@/api/generated/health';
import { isMoving, stateOf } from './agentSays';

// milliseconds
const EVERY = 5_000;
const SOON = 1_000;

export const agentStatusesKey = () => getListAgentStatusesQueryKey();

/** By the agent's id; asked each second while somebody waits for a first word, for agents that are given. */
export function useAgentStatuses(agents: AgentBody[]): Map<string, AgentStatusBody> {
  const one = agents.length === 1 ? agents[0] : undefined;
  const asked = one ? { agent_id: [one.id] } : { page_size: 500 };
  const pause = (known: Map<string, AgentStatusBody>) => {
    const moves = (agent: AgentBody) =>
      agent.sip && isMoving(stateOf(agent, known.get(agent.id), Date.now()));
    return agents.some(moves) ? SOON : EVERY;
  };
  const { data } = useQuery({
    ...getListAgentStatusesQueryOptions(asked),
    enabled: agents.some((agent) => agent.sip),
    refetchInterval: (query) => pause(byAgent(query.state.data)),
  });
  return byAgent(data);
}

const byAgent = (page: AgentStatusPage | undefined) =>
  new Map(page?.statuses.map((status) => [status.agent_id, status]));
