import { useTranslation } from 'react-i18next';
import type { CallBody } from '@/api/generated/api.schemas';
import { getListCallsQueryKey, listCalls } from '@/api/generated/calls';
import { CallSentence } from '@/calls/CallSentence';
import { Empty } from '@/shared/Empty';
import { Failure } from '@/shared/Failure';
import { TextLink } from '@/shared/links';
import { More } from '@/shared/More';
import { Num } from '@/shared/Num';
import { byId, useNamedAgents } from '@/shared/named';
import { PAGE_SIZE, usePages } from '@/shared/pages';
import { type Column, Rows, rowLink } from '@/shared/Rows';
import { Waiting } from '@/shared/Waiting';
import { When } from '@/shared/When';
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
  const columns: Column<CallBody>[] = [
    {
      key: 'when',
      head: t('calls.when'),
      cell: (one) => (
        <TextLink to="/calls/$callId" params={{ callId: one.id }} className={rowLink}>
          <When at={one.started_at} />
        </TextLink>
      ),
    },
    { key: 'from', head: t('calls.from'), cell: (one) => <Num e164={one.caller ?? t('calls.unknown')} /> },
    {
      key: 'to',
      head: t('calls.to'),
      cell: (one) => <Num e164={one.number ?? one.called ?? t('calls.unknown')} />,
    },
    { key: 'what', head: t('calls.what'), cell: (one) => <CallSentence call={one} agents={agents} /> },
  ];
  return (
    <>
      <Rows label={t('trunks.calls')} items={calls.items} columns={columns} keyOf={(one) => one.id} />
      <More list={calls} />
    </>
  );
}
