/** Who answers, as this step has it: one that is here already, or a new one by its SIP address. */
import type { AgentToCreate, PlanBody, PlanToCreate } from '@/api/generated/api.schemas';

export const NEW = 'new';
export const NOBODY = '';

/** id: of an agent that is here, NEW, or NOBODY; name and address: of a new one. */
export type Who = { id: string; name: string; address: string };
export type AgentValues = { first: Who; fallback: Who };

const who = (id: string): Who => ({ id, name: '', address: '' });

export function valuesOf(plan: PlanBody | undefined): AgentValues {
  return { first: who(plan?.first_agent_id ?? NEW), fallback: who(plan?.fallback_agent_id ?? NOBODY) };
}

/** A person leaves out what every SIP address begins with. */
export function uriOf(address: string): string {
  const bare = address.trim();
  return /^sips?:/i.test(bare) ? bare : `sip:${bare}`;
}

export const agentToMake = ({ name, address }: Who): AgentToCreate => ({
  name: name.trim(),
  sip: { uri: uriOf(address) },
});

/** Also when the first one is busy: whoever calls a business wants it to be answered. */
export function planToMake(name: string, first: string, fallback: string): PlanToCreate {
  return {
    name,
    numbers: [],
    first_agent_id: first,
    fallback_on_busy: fallback !== NOBODY,
    ...(fallback && { fallback_agent_id: fallback }),
  };
}

/** Which of a new one's fields are still needed. */
export function needed({ id, name, address }: Who): ('name' | 'address')[] {
  if (id !== NEW) return [];
  return [...(name.trim() ? [] : ['name' as const]), ...(address.trim() ? [] : ['address' as const])];
}
