/** Trunks, agents and plans by their ids, as other screens name them: the first 500 of each. */
import { useListAgents } from '@/api/generated/agents';
import type { AgentBody, PlanBody, TrunkBody } from '@/api/generated/api.schemas';
import { useListPlans } from '@/api/generated/routing';
import { useListTrunks } from '@/api/generated/trunks';

const ALL = { page_size: 500, order_by: 'name' };

export function useNamedTrunks(): TrunkBody[] {
  return useListTrunks(ALL).data?.trunks ?? [];
}

export function useNamedAgents(): AgentBody[] {
  return useListAgents(ALL).data?.agents ?? [];
}

export function useNamedPlans(): PlanBody[] {
  return useListPlans(ALL).data?.plans ?? [];
}

export const byId = <T extends { id: string }>(items: T[]): Map<string, T> =>
  new Map(items.map((one) => [one.id, one]));

export const choices = (items: { id: string; name: string }[]) =>
  items.map(({ id, name }) => ({ value: id, label: name }));
