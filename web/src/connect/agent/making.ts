/** Makes what a step of "who answers" names and is not there yet: agents, and the plan under them. */

import { createAgent } from '@/api/generated/agents';
import type { OnboardingBody, PlanBody } from '@/api/generated/api.schemas';
import { createPlan, getPlan, takeNumbers, updatePlan } from '@/api/generated/routing';
import { ifVersion } from '@/api/request';
import { onceFor } from '../idempotency';
import { agentToMake, NEW, NOBODY, planToMake, type Who } from './values';

/** The id of the agent. */
export async function agentOf(onboarding: OnboardingBody, who: Who): Promise<string> {
  if (who.id !== NEW) return who.id;
  const body = agentToMake(who);
  return (await createAgent(body, await onceFor(onboarding, 'agent', body))).id;
}

/**
 * The plan with these agents, that answers the onboarding's numbers from now on and no other plan does.
 * own: the one that it has.
 */
export async function planOf(
  onboarding: OnboardingBody,
  own: PlanBody | undefined,
  name: string,
  first: string,
  fallback: string,
): Promise<PlanBody> {
  const plan = own ? await changed(own.id, first, fallback) : await made(onboarding, name, first, fallback);
  const numbers = onboarding.numbers.map((one) => one.number);
  return takeNumbers(plan.id, { numbers });
}

async function made(onboarding: OnboardingBody, name: string, first: string, fallback: string) {
  const body = planToMake(name, first, fallback);
  return createPlan(body, await onceFor(onboarding, 'plan', body));
}

async function changed(planId: string, first: string, fallback: string) {
  const plan = await getPlan(planId);
  const patch = {
    first_agent_id: first,
    fallback_agent_id: fallback === NOBODY ? null : fallback,
    fallback_on_busy: fallback !== NOBODY,
  };
  return updatePlan(planId, patch, ifVersion(plan.version));
}
