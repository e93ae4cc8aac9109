import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { getListCallsQueryKey, listCalls } from '@/api/generated/calls';
import { columnsOf } from '@/calls/columns';
import { Empty } from '@/shared/Empty';
import { Failure } from '@/shared/Failure';
import { TextLink } from '@/shared/links';
import { More } from '@/shared/More';
import { byId, useNamedAgents } from '@/shared/named';
import { PAGE_SIZE, usePages } from '@/shared/pages';
import { Rows } from '@/shared/Rows';
import { Waiting } from '@/shared/Waiting';
import { EVERY } from './reading';

export function TrunkCalls({ trunkId }: { trunkId: string }) {
  const { t } = useTranslation();
  const agents = byId(useNamedAgents());
  const asked = { page_size: PAGE_SIZE, trunk_id: [trunkId] };
  const calls = usePages(
    [...getListCallsQueryKey(asked), 'pages'],
    (page_token, signal) => listCalls({ ...asked, ...(page_token && { page_token }) }, { signal }),
    (page) => page.calls,
    EVERY,
  );
  if (calls.error) return <Failure error={calls.error} again={() => void calls.refetch()} />;
  if (!calls.items) return <Waiting />;
  if (calls.items.length === 0) return <Empty sentence={t('trunks.noCalls')} />;
  const columns = columnsOf(['when', 'from', 'to', 'what'], t, { trunks: new Map(), agents });
  return (
    <>
      <Text mb="sm">
        <TextLink to="/calls" search={{ trunk: trunkId }}>
          {t('trunks.callsFiltered')}
        </TextLink>
      </Text>
      <Rows label={t('trunks.calls')} items={calls.items} columns={columns} keyOf={(one) => one.id} />
      <More list={calls} />
    </>
  );
}
