import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { getListRejectionsQueryKey, listRejections } from '@/api/generated/rejections';
import { grouped } from '@/refusals/groups';
import { RefusalCard } from '@/refusals/RefusalCard';
import { together } from '@/refusals/together';
import { Empty } from '@/shared/Empty';
import { Failure } from '@/shared/Failure';
import { More } from '@/shared/More';
import { PAGE_SIZE, usePages } from '@/shared/pages';
import { StaleBanner } from '@/shared/stream/StaleBanner';
import { useLiveRejections } from '@/shared/stream/use';
import { Waiting } from '@/shared/Waiting';

/** What was turned away on this trunk, each cause once, with its fixes; new ones come by themselves. */
export function TrunkRefusals({ trunkId }: { trunkId: string }) {
  const { t } = useTranslation();
  const { now, freshness } = useLiveRejections();
  const asked = { page_size: PAGE_SIZE, trunk_id: [trunkId], order_by: 'last_at desc' };
  const read = usePages(
    [...getListRejectionsQueryKey(asked), 'pages'],
    (page_token, signal) => listRejections({ ...asked, ...(page_token && { page_token }) }, { signal }),
    (page) => page.rejections,
  );
  if (read.error) return <Failure error={read.error} again={() => void read.refetch()} />;
  if (!read.items) return <Waiting />;
  const told = [...now.rows.values()].filter((row) => row.trunk_id === trunkId);
  const groups = grouped(together(read.items, told));
  return (
    <>
      <StaleBanner of={[freshness]} />
      {groups.length === 0 ? (
        <Empty sentence={t('trunks.noRefusals')} />
      ) : (
        <Text c="dimmed" maw="68ch">
          {t('trunks.refusalsSentence')}
        </Text>
      )}
      {groups.map(({ key, rows }) => (
        <RefusalCard key={key} rows={rows} />
      ))}
      <More list={read} />
    </>
  );
}
