import { expect, it } from 'vitest';
import type { AgentBody, PlanBody } from '@/api/generated/api.schemas';
import { answersOf } from '@/numbers/answers';

const agent = (id: string) => ({ id, name: id }) as AgentBody;
const plan = (id: string, numbers: string[], first: string, fallback?: string) =>
  ({ id, numbers, first_agent_id: first, fallback_agent_id: fallback }) as PlanBody;

it('says of each number which plan has it and who answers, as far as they are known', () => {
  const agents = new Map(['desk', 'night'].map((id) => [id, agent(id)]));
  const plans = [plan('day', ['+441', '+442'], 'desk', 'night'), plan('else', ['+443'], 'deleted')];
  const found = answersOf(plans, agents);
  const told = [...found].map(([number, { plan, first, fallback }]) => [
    number,
    plan.id,
    first?.name,
    fallback?.name,
  ]);
  expect(told).toEqual([
    ['+441', 'day', 'desk', 'night'],
    ['+442', 'day', 'desk', 'night'],
    ['+443', 'else', undefined, undefined],
  ]);
  expect(found.get('+449')).toBeUndefined();
});
