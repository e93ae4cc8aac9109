/** An agent as its form has it. */
import * as z from 'zod/mini';
import type { AgentBody, AgentPatch, AgentToCreate } from '@/api/generated/api.schemas';
import type { Places } from '@/shared/atFields';

export const shape = z.object({
  name: z.string().check(z.minLength(1, 'required')),
  kind: z.string(),
  uri: z.string(),
  trunk: z.string(),
  target: z.string(),
  rings: z.string(),
});

export type AgentValues = z.infer<typeof shape>;

export const PLACES: Places = {
  '/name': 'name',
  '/sip': 'uri',
  '/sip/uri': 'uri',
  '/human': 'target',
  '/human/trunk_id': 'trunk',
  '/human/target': 'target',
  '/ring_seconds': 'rings',
};

export const BLANK: AgentValues = { name: '', kind: 'sip', uri: 'sip:', trunk: '', target: '', rings: '20' };

export function valuesOf(agent: AgentBody): AgentValues {
  return {
    name: agent.name,
    kind: agent.sip ? 'sip' : 'human',
    uri: agent.sip?.uri ?? 'sip:',
    trunk: agent.human?.trunk_id ?? '',
    target: agent.human?.target ?? '',
    rings: String(agent.ring_seconds),
  };
}

/** Digits as a number, whatever else as it was typed: the service says what is wrong with it. */
const secondsOf = (text: string) => (/^\d+$/.test(text.trim()) ? Number(text) : text.trim()) as number;

const reachedBy = ({ kind, uri, trunk, target }: AgentValues) =>
  kind === 'sip' ? { sip: { uri: uri.trim() } } : { human: { trunk_id: trunk, target: target.trim() } };

export function toCreate(values: AgentValues): AgentToCreate {
  const rings = values.rings.trim();
  return { name: values.name, ...reachedBy(values), ...(rings && { ring_seconds: secondsOf(rings) }) };
}

/** The kind that it is no longer is said to be none. */
export function toPatch(values: AgentValues): AgentPatch {
  const rings = values.rings.trim();
  const other = values.kind === 'sip' ? { human: null } : { sip: null };
  return { name: values.name, ...reachedBy(values), ...other, ring_seconds: rings ? secondsOf(rings) : null };
}
