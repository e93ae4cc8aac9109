import { Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { LinkButton } from '@/shared/links';
import { international } from '@/shared/Num';
import { Frame } from '../Frame';
import type { StepProps } from '../StepPage';
import { Changes } from './Changes';

/** The end: said once and plainly, with what comes next. */
export function IsLive({ onboarding }: StepProps) {
  const { t } = useTranslation();
  const { numbers, tested, line } = onboarding;
  const count = numbers.length;
  const number = international(numbers[0]?.number ?? '');
  return (
    <Frame
      screen="live"
      onboarding={onboarding}
      question={t('connect.live.is', { count, number })}
      why={
        tested
          ? t('connect.live.isTested', { count, number })
          : t('connect.live.isUntested', { count, number })
      }
      understoodTitle={t('connect.live.changed')}
      understood={<Changes onboarding={onboarding} />}
      verb=""
      instead={<LinkButton to="/numbers">{t('connect.live.toNumbers')}</LinkButton>}
      onContinue={() => undefined}
    >
      <Stack gap="md">
        {line !== 'trunk' && <Text>{t(`connect.live.next.${line}`, { number })}</Text>}
        <Group>
          {tested && (
            <LinkButton variant="default" to="/calls/$callId" params={{ callId: tested.call_id }}>
              {t('connect.live.toCall')}
            </LinkButton>
          )}
          <LinkButton variant="default" to="/connect">
            {t('connect.live.another')}
          </LinkButton>
        </Group>
      </Stack>
    </Frame>
  );
}
