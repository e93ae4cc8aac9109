import { useTranslation } from 'react-i18next';
import type { NumberBody } from '@/api/generated/api.schemas';
import { getListNumbersQueryKey, listNumbers } from '@/api/generated/numbers';
import { Empty } from '@/shared/Empty';
import { Failure } from '@/shared/Failure';
import { More } from '@/shared/More';
import { Num } from '@/shared/Num';
import { PAGE_SIZE, usePages } from '@/shared/pages';
import { Rows } from '@/shared/Rows';
import { Waiting } from '@/shared/Waiting';

export function TrunkNumbers({ trunkId }: { trunkId: string }) {
  const { t } = useTranslation();
  const asked = { page_size: PAGE_SIZE, order_by: 'number', trunk_id: [trunkId] };
  const numbers = usePages(
    [...getListNumbersQueryKey(asked), 'pages'],
    (page_token, signal) => listNumbers({ ...asked, ...(page_token && { page_token }) }, { signal }),
    (page) => page.numbers,
  );
  if (numbers.error) return <Failure error={numbers.error} again={() => void numbers.refetch()} />;
  if (!numbers.items) return <Waiting />;
  if (numbers.items.length === 0) return <Empty sentence={t('trunks.noNumbers')} />;
  const columns = [
    { key: 'number', head: t('numbers.number'), cell: (one: NumberBody) => <Num e164={one.number} /> },
    {
      key: 'label',
      head: t('numbers.label'),
      cell: (one: NumberBody) => <span dir="auto">{one.label ?? ''}</span>,
    },
  ];
  return (
    <>
      <Rows label={t('trunks.numbers')} items={numbers.items} columns={columns} keyOf={(one) => one.id} />
      <More list={numbers} />
    </>
  );
}
