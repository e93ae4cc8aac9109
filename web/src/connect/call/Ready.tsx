import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { routeCall } from '@/api/generated/routing';
import { getGetTrunkQueryOptions } from '@/api/generated/trunks';
import { asAddress } from '@/refusals/fixes';
import { Copyable } from '@/shared/Copyable';
import { Num } from '@/shared/Num';
import { byId, useNamedAgents } from '@/shared/named';
import { serviceSays } from '@/shared/serviceWords';
import { Probed } from '../agent/Probed';
import { Line } from '../Line';
import type { StepProps } from '../StepPage';

// milliseconds
const EVERY = 2_000;
const SELDOM = 10_000;
const SHOWN = 10;

/** Whether a call would pass by what is known: let in at the edges, and routed to somebody. */
export function Ready({ onboarding }: StepProps) {
  const { t } = useTranslation();
  const { trunk_id = '', numbers } = onboarding;
  const called = numbers[0]?.number ?? '';
  const trunk = useQuery({ ...getGetTrunkQueryOptions(trunk_id), refetchInterval: EVERY }).data;
  const decision = useQuery({
    queryKey: ['would-answer', trunk_id, called],
    queryFn: ({ signal }) => routeCall({ trunk_id, called }, { signal }),
    refetchInterval: (query) => (query.state.data?.legs.length ? SELDOM : EVERY),
  }).data;
  const agent = byId(useNamedAgents()).get(onboarding.agent_id ?? '');
  const isIn = trunk !== undefined && trunk.applied.length > 0 && trunk.applied.every((one) => one.in_force);
  const names = decision?.legs.map((leg) => leg.agent_name).join(` ${t('answering.dry.then')} `);
  const why = decision && !names ? serviceSays(decision.code, decision.reason, '') : undefined;
  return (
    <Stack gap="md">
      <Stack gap="sm" component="ul" m={0} p={0}>
        <Line
          mark={isIn ? 'good' : 'asked'}
          head={isIn ? t('connect.provider.inForce') : t('connect.provider.notYet')}
          says={trunk?.source_cidrs.map(asAddress).join(', ')}
        />
        <Line
          mark={names ? 'good' : 'asked'}
          head={
            <span dir="auto">
              {names ? t('answering.dry.answered', { names }) : t('connect.call.notRouted')}
            </span>
          }
          says={why?.what}
          lang={why?.lang}
        />
        {agent && <Probed agent={agent} />}
      </Stack>
      <div>
        <Text fw={600}>{t('connect.call.reach')}</Text>
        {numbers.slice(0, SHOWN).map((one) => (
          <Text key={one.number_id}>
            <Num e164={one.number} />
          </Text>
        ))}
      </div>
      {trunk && (
        <div>
          <Text fw={600}>{t('connect.provider.domain')}</Text>
          <Copyable value={trunk.domain} what={t('connect.provider.domain')} />
        </div>
      )}
    </Stack>
  );
}
