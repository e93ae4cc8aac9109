import { Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { CallBody } from '@/api/generated/api.schemas';
import { codecSays } from './codecs';

/** Of the provider's side at the end; of both sides while it lasts. */
export function Media({ call }: { call: CallBody }) {
  const { t } = useTranslation();
  const heard = call.legs.find((leg) => leg.answered_at)?.heard;
  const { media } = call;
  const received = media?.packets_received ?? heard?.provider.received;
  const sent = media?.packets_sent ?? heard?.provider.sent;
  const fromAgent = heard?.agent.received;
  const codec = media && codecSays(media);
  if (received === undefined && sent === undefined && fromAgent === undefined)
    return <Text c="dimmed">{call.ended_at ? t('calls.noMedia') : t('calls.noMediaYet')}</Text>;
  return (
    <Stack gap={4}>
      {received !== undefined && <Text>{t('calls.received', { count: received })}</Text>}
      {sent !== undefined && <Text>{t('calls.sent', { count: sent })}</Text>}
      {fromAgent !== undefined && <Text>{t('calls.fromAgent', { count: fromAgent })}</Text>}
      {media?.packets_lost !== undefined && <Text>{t('calls.lost', { count: media.packets_lost })}</Text>}
      {media?.jitter_max_ms !== undefined && (
        <Text>{t('calls.jitter', { ms: Math.round(media.jitter_max_ms) })}</Text>
      )}
      {codec && <Text>{t(`calls.${codec.key}`, { ...codec })}</Text>}
    </Stack>
  );
}
