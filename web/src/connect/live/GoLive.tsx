import { Checkbox, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { goLive } from '@/api/generated/onboardings';
import { getListTrunksQueryKey } from '@/api/generated/trunks';
import { Frame } from '../Frame';
import { onceFor } from '../idempotency';
import type { StepProps } from '../StepPage';
import { useSaving } from '../saving';
import { Changes } from './Changes';

/** The last word: what changes, and that emergency calls are known not to be answered here. */
export function GoLive({ onboarding }: StepProps) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const { keep } = useSaving(onboarding);
  const [knows, setKnows] = useState(false);
  const [tried, setTried] = useState(false);
  const going = useMutation({
    mutationFn: async () => {
      const body = { emergency_acknowledged: true };
      keep(await goLive(onboarding.id, body, await onceFor(onboarding, 'live', body)));
      await queries.invalidateQueries({ queryKey: getListTrunksQueryKey() });
    },
  });
  const send = () => {
    setTried(true);
    if (knows) going.mutate();
  };
  return (
    <Frame
      screen="live"
      onboarding={onboarding}
      question={t('connect.live.question')}
      why={onboarding.tested ? t('connect.live.tested') : t('connect.live.untested')}
      understoodTitle={t('connect.live.changes')}
      understood={<Changes onboarding={onboarding} />}
      verb={t('connect.live.go')}
      busy={going.isPending}
      error={going.error}
      onContinue={send}
    >
      <Text mb="md">{t('connect.live.emergency')}</Text>
      <Checkbox
        label={t('connect.live.knows')}
        checked={knows}
        onChange={(event) => setKnows(event.currentTarget.checked)}
        error={tried && !knows && t('connect.live.knowsFirst')}
      />
    </Frame>
  );
}
