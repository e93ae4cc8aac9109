import { useQuery } from '@tanstack/react-query';
import { useListAgents } from '@/api/generated/agents';
import type { AgentBody, PlanBody } from '@/api/generated/api.schemas';
import { getGetPlanQueryOptions } from '@/api/generated/routing';
import { Read } from '@/shared/Read';
import type { StepProps } from '../StepPage';
import { AgentAsked } from './AgentAsked';

/** Who answers; begins with the plan that the onboarding has made, if it has. */
export function AgentStep({ onboarding }: StepProps) {
  const agents = useListAgents({ page_size: 500, order_by: 'name' });
  return (
    <Read query={agents}>
      {({ agents: known }) =>
        onboarding.plan_id ? (
          <WithPlan onboarding={onboarding} planId={onboarding.plan_id} agents={known} />
        ) : (
          <AgentAsked onboarding={onboarding} agents={known} />
        )
      }
    </Read>
  );
}

type Props = StepProps & { agents: AgentBody[]; planId: string };

/** A plan that somebody deleted meanwhile is made again. */
function WithPlan({ onboarding, agents, planId }: Props) {
  const plan = useQuery({ ...getGetPlanQueryOptions(planId), retry: false });
  const asked = (known?: PlanBody) => (
    <AgentAsked key={known?.id} onboarding={onboarding} agents={agents} plan={known} />
  );
  if (plan.isError) return asked();
  return <Read query={plan}>{asked}</Read>;
}
