import { Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useListTrunks } from '@/api/generated/trunks';
import { Welcome } from '@/connect/Welcoming';
import { Failure } from '@/shared/Failure';
import { localeOf } from '@/shared/locale';
import { PageHead } from '@/shared/PageHead';
import { type Freshness, isBlank } from '@/shared/stream/freshness';
import { StaleBanner } from '@/shared/stream/StaleBanner';
import { useLiveCalls, useLiveRejections, useLiveStatuses, useNow } from '@/shared/stream/use';
import { ago } from '@/shared/time';
import { Waiting } from '@/shared/Waiting';
import { CallsNow } from './CallsNow';
import { RefusedToday } from './RefusedToday';
import { StandingSentence } from './StandingSentence';
import { TrunkRows } from './TrunkRows';

const ALL = { page_size: 500, order_by: 'name' };
// milliseconds: what no stream tells
const EVERY = 15_000;

export function Dashboard() {
  const { t } = useTranslation();
  const trunks = useListTrunks(ALL, { query: { refetchInterval: EVERY } });
  const items = trunks.data?.trunks;
  const calls = useLiveCalls();
  const statuses = useLiveStatuses();
  const rejections = useLiveRejections();
  const freshness = [calls.freshness, statuses.freshness, rejections.freshness];
  const known = items && !isBlank(statuses.freshness);
  if (items?.length === 0) return <Welcome />;
  return (
    <>
      <PageHead
        title={t('dashboard.title')}
        sentence={known && <StandingSentence trunks={items ?? []} statuses={statuses.now} />}
        actions={<AsOf of={freshness} />}
      />
      <StaleBanner of={freshness} />
      {trunks.error && <Failure error={trunks.error} again={() => void trunks.refetch()} mb="md" />}
      {trunks.isPending && <Waiting rows={6} />}
      {items && (
        <Stack gap="md">
          <CallsNow known={calls.now} starting={isBlank(calls.freshness)} />
          <RefusedToday known={rejections.now} starting={isBlank(rejections.freshness)} />
          <TrunkRows trunks={items} statuses={statuses.now} calls={calls.now} />
        </Stack>
      )}
    </>
  );
}

/** Of the stream that is behind the most; the banner says it when one is lost. */
function AsOf({ of }: { of: Freshness[] }) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  const known = of.flatMap((one) => (one.state === 'live' ? [one.asOf] : []));
  if (known.length < of.length) return null;
  return (
    <Text size="xs" c="dimmed">
      {t('live.asOf', { ago: ago(now - Math.min(...known), localeOf(i18n.language)) })}
    </Text>
  );
}
