import { Button, Group, Stack } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { skipTest } from '@/api/generated/onboardings';
import { Failure } from '@/shared/Failure';
import { international } from '@/shared/Num';
import { StaleBanner } from '@/shared/stream/StaleBanner';
import { useLiveCalls, useLiveRejections } from '@/shared/stream/use';
import { Frame } from '../Frame';
import { onceFor } from '../idempotency';
import type { StepProps } from '../StepPage';
import { useGo, useSaving } from '../saving';
import { Happens } from './Happens';
import { Ready } from './Ready';
import { useFollowUp } from './useFollowUp';
import { watched } from './watching';

/** A real call, seen as it happens; what is refused is mended here, and the next call passes. */
export function CallStep({ onboarding }: StepProps) {
  const { t } = useTranslation();
  const { save, keep } = useSaving(onboarding);
  const go = useGo();
  const calls = useLiveCalls();
  const rejections = useLiveRejections();
  const followUp = useFollowUp(onboarding);
  const { armed_at, tested, trunk_id = '', numbers } = onboarding;
  const arming = useMutation({ mutationFn: () => save({ armed: true }) });
  const asked = useRef(false);
  useEffect(() => {
    if (armed_at || asked.current) return;
    asked.current = true;
    arming.mutate();
  }, [armed_at, arming]);
  const skipping = useMutation({
    mutationFn: async () => {
      keep(await skipTest(onboarding.id, await onceFor(onboarding, 'skip', onboarding.version)));
      await go(onboarding.id, 'live');
    },
  });
  const told = {
    calls: [...calls.now.ended.values(), ...calls.now.goingOn.values()],
    rejections: rejections.now.rows.values(),
  };
  const now = armed_at ? watched(told, trunk_id, armed_at) : { state: 'waiting' as const };
  const number = international(numbers[0]?.number ?? '');
  const skip = (
    <Button type="button" variant="default" loading={skipping.isPending} onClick={() => skipping.mutate()}>
      {t('connect.call.skip')}
    </Button>
  );
  return (
    <Frame
      screen="call"
      onboarding={onboarding}
      question={t('connect.call.question', { number })}
      why={t('connect.call.why', { count: numbers.length })}
      understoodTitle={t('connect.call.understood')}
      understood={<Ready onboarding={onboarding} />}
      verb={t('connect.continue')}
      instead={tested ? undefined : <Group>{skip}</Group>}
      error={arming.error ?? skipping.error}
      onContinue={() => void go(onboarding.id, 'live')}
    >
      <Stack gap="md">
        <StaleBanner of={[calls.freshness, rejections.freshness]} />
        <Happens onboarding={onboarding} now={now} onFixed={followUp.onFixed} />
        {Boolean(followUp.error) && <Failure error={followUp.error} />}
      </Stack>
    </Frame>
  );
}
