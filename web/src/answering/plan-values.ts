import type { PlanBody, PlanPatch, PlanToCreate } from '@/api/generated/api.schemas';
import type { PlanValues } from './PlanForm';

export const BLANK: PlanValues = { name: '', numbers: [], first: '', fallback: '', onBusy: true };

export function valuesOf(plan: PlanBody): PlanValues {
  return {
    name: plan.name,
    numbers: plan.numbers,
    first: plan.first_agent_id,
    fallback: plan.fallback_agent_id ?? '',
    onBusy: plan.fallback_on_busy,
  };
}

const common = ({ name, numbers, first, onBusy }: PlanValues) => ({
  name,
  numbers,
  first_agent_id: first,
  fallback_on_busy: onBusy,
});

export function toCreate(values: PlanValues): PlanToCreate {
  return { ...common(values), ...(values.fallback && { fallback_agent_id: values.fallback }) };
}

export function toPatch(values: PlanValues): PlanPatch {
  return { ...common(values), fallback_agent_id: values.fallback || null };
}
