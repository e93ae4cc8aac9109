/** What names a trunk, so that it cannot be deleted: the first hundred numbers, and people behind it. */
import { useListAgents } from '@/api/generated/agents';
import { useListNumbers } from '@/api/generated/numbers';
import { PAGE_SIZE } from '@/shared/pages';

export function useLinked(trunkId: string) {
  const numbers = useListNumbers({ trunk_id: [trunkId], page_size: PAGE_SIZE, order_by: 'number' });
  const agents = useListAgents({ page_size: 500 });
  return {
    isPending: numbers.isPending || agents.isPending,
    numbers: numbers.data?.numbers ?? [],
    agents: (agents.data?.agents ?? []).filter((agent) => agent.human?.trunk_id === trunkId),
  };
}
