import { Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { CallBody, OnboardingBody } from '@/api/generated/api.schemas';
import { localeOf } from '@/shared/locale';
import { byId, useNamedAgents } from '@/shared/named';
import { Line } from '../Line';
import { heard } from './watching';

type Props = { tested: NonNullable<OnboardingBody['tested']>; call?: CallBody };

const SECOND = 1_000;

/** What the call proved, in one sentence, and what to do where a side was not heard. */
export function Works({ tested, call }: Props) {
  const { t, i18n } = useTranslation();
  const agents = byId(useNamedAgents());
  const was = heard(tested);
  const agent = agents.get(call?.id === tested.call_id ? (call?.agent_id ?? '') : '')?.name;
  const seconds = (tested.answered_after_ms / SECOND).toLocaleString(localeOf(i18n.language), {
    maximumFractionDigits: 1,
  });
  const good = was === 'both' || was === 'unmeasured';
  return (
    <div role="status">
      <Stack component="ul" m={0} p={0}>
        <Line
          mark={good ? 'good' : 'warn'}
          head={
            <strong dir="auto">
              {agent
                ? t('connect.call.works', { agent, seconds })
                : t('connect.call.worksSomebody', { seconds })}{' '}
              {t(`connect.call.heard.${was}`)}
            </strong>
          }
          says={good ? undefined : t('connect.call.heardHint')}
        />
      </Stack>
    </div>
  );
}
