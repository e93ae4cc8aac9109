/** Who answers a number, by the plan that names it. */
import type { AgentBody, PlanBody } from '@/api/generated/api.schemas';

export type Answers = { plan: PlanBody; first?: AgentBody; fallback?: AgentBody };

export function whoAnswers(
  number: string,
  plans: PlanBody[],
  agents: Map<string, AgentBody>,
): Answers | undefined {
  const plan = plans.find((one) => one.numbers.includes(number));
  if (!plan) return undefined;
  const fallback = plan.fallback_agent_id ? agents.get(plan.fallback_agent_id) : undefined;
  return { plan, first: agents.get(plan.first_agent_id), fallback };
}
