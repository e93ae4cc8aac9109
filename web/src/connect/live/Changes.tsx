import { Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Num } from '@/shared/Num';
import { byId, useNamedAgents } from '@/shared/named';
import { Probed } from '../agent/Probed';
import { Line } from '../Line';
import type { StepProps } from '../StepPage';

const SHOWN = 20;

/** What is different from before, in the order of the steps. */
export function Changes({ onboarding }: StepProps) {
  const { t } = useTranslation();
  const agents = byId(useNamedAgents());
  const { numbers, provider_name, agent_id, tested } = onboarding;
  const agent = agents.get(agent_id ?? '');
  const more = numbers.length - SHOWN;
  return (
    <Stack gap="sm" component="ul" m={0} p={0}>
      <Line mark="good" head={t('connect.live.from', { name: provider_name ?? '' })} />
      {numbers.slice(0, SHOWN).map((one) => (
        <Line
          key={one.number_id}
          mark="good"
          head={<Num e164={one.number} />}
          says={t('connect.live.answers')}
        />
      ))}
      {more > 0 && <Line mark="good" head={t('connect.numbers.more', { count: more })} />}
      <Line mark="good" head={t('connect.live.by', { name: agent?.name ?? t('connect.agent.gone') })} />
      {agent && !tested && <Probed agent={agent} />}
      <Line
        mark={tested ? 'good' : 'warn'}
        head={tested ? t('connect.live.wasTested') : t('connect.live.notTested')}
        says={tested ? undefined : t('connect.live.notTestedHint')}
      />
    </Stack>
  );
}
