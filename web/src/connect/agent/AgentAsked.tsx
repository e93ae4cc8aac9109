import { Stack } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { getListAgentsQueryKey } from '@/api/generated/agents';
import type { AgentBody, PlanBody } from '@/api/generated/api.schemas';
import { getGetPlanQueryKey, getListPlansQueryKey } from '@/api/generated/routing';
import { draftOf, forgetDraft, keepDraft } from '@/shared/drafts';
import { Frame } from '../Frame';
import type { StepProps } from '../StepPage';
import { useGo, useSaving } from '../saving';
import { AgentUnderstood } from './AgentUnderstood';
import { agentOf, planOf } from './making';
import { type AgentValues, NOBODY, needed, valuesOf } from './values';
import { WhoFields } from './WhoFields';

type Props = StepProps & { agents: AgentBody[]; plan?: PlanBody };

export function AgentAsked({ onboarding, agents, plan }: Props) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const { save } = useSaving(onboarding);
  const go = useGo();
  const draft = `connect:${onboarding.id}:agent:${plan?.version ?? 0}`;
  const [values, setValues] = useState<AgentValues>(() => draftOf(draft, valuesOf(plan)));
  const [tried, setTried] = useState(false);
  useEffect(() => keepDraft(draft, values), [draft, values]);
  const { first, fallback } = values;
  const missing = { first: needed(first), fallback: needed(fallback) };

  const saving = useMutation({
    mutationFn: async () => {
      const agent_id = await agentOf(onboarding, first);
      const other = fallback.id === NOBODY ? NOBODY : await agentOf(onboarding, fallback);
      const name = agents.find((one) => one.id === first.id)?.name ?? first.name.trim();
      const made = await planOf(onboarding, plan, name, agent_id, other);
      await queries.invalidateQueries({ queryKey: getListAgentsQueryKey() });
      await queries.invalidateQueries({ queryKey: getListPlansQueryKey() });
      queries.setQueryData(getGetPlanQueryKey(made.id), made);
      await save({ agent_id, plan_id: made.id });
      forgetDraft(draft);
      await go(onboarding.id, 'call');
    },
  });
  const send = () => {
    setTried(true);
    if (missing.first.length + missing.fallback.length === 0) saving.mutate();
  };
  return (
    <Frame
      screen="agent"
      onboarding={onboarding}
      question={t('connect.agent.question', { count: onboarding.numbers.length })}
      why={t('connect.agent.why')}
      understood={<AgentUnderstood values={values} agents={agents} numbers={onboarding.numbers} />}
      verb={t('connect.continue')}
      busy={saving.isPending}
      error={saving.error}
      onContinue={send}
    >
      <Stack gap="lg">
        <WhoFields
          which="first"
          who={first}
          agents={agents}
          missing={tried ? missing.first : []}
          onChange={(next) => setValues({ ...values, first: next })}
        />
        <WhoFields
          which="fallback"
          who={fallback}
          agents={agents.filter((one) => one.id !== first.id)}
          missing={tried ? missing.fallback : []}
          onChange={(next) => setValues({ ...values, fallback: next })}
        />
      </Stack>
    </Frame>
  );
}
