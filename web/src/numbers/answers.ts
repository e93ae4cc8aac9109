/** Who answers a number, by the plan that names it. */
import type { AgentBody, PlanBody } from '@/api/generated/api.schemas';

export type Answers = { plan: PlanBody; first?: AgentBody; fallback?: AgentBody };

/** By number. */
export function answersOf(plans: PlanBody[], agents: Map<string, AgentBody>): Map<string, Answers> {
  const found = new Map<string, Answers>();
  for (const plan of plans) {
    const fallback = plan.fallback_agent_id ? agents.get(plan.fallback_agent_id) : undefined;
    const answers = { plan, first: agents.get(plan.first_agent_id), fallback };
    for (const number of plan.numbers) found.set(number, answers);
  }
  return found;
}
