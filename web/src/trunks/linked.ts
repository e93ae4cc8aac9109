/** What names a trunk, so that it cannot be deleted: the first of its numbers, and people behind it. */
import { useListAgents } from '@/api/generated/agents';
import { useListNumbers } from '@/api/generated/numbers';

const SHOWN = 10;

export function useLinked(trunkId: string) {
  const numbers = useListNumbers({ trunk_id: [trunkId], page_size: SHOWN, order_by: 'number' });
  const agents = useListAgents({ page_size: 500 });
  return {
    isPending: numbers.isPending || agents.isPending,
    numbers: numbers.data?.numbers ?? [],
    agents: (agents.data?.agents ?? []).filter((agent) => agent.human?.trunk_id === trunkId),
  };
}
