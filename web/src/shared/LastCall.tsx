import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { LatestCallBody } from '@/api/generated/api.schemas';
import { When } from './When';

export function LastCall({ call }: { call: LatestCallBody | undefined }) {
  const { t } = useTranslation();
  if (!call) return <span>{t('shared.noCall')}</span>;
  const how = call.answered ? 'answered' : call.refusal_code ? 'refused' : 'missed';
  return (
    <>
      <When at={call.started_at} />
      <Text size="xs" c="dimmed">
        {t(`calls.outcome.${how}`)}
      </Text>
    </>
  );
}
