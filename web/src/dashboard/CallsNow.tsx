import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { CallBody } from '@/api/generated/api.schemas';
import { CallerNumber } from '@/calls/CallerNumber';
import { CallSentence } from '@/calls/CallSentence';
import { Card } from '@/shared/Card';
import { TextLink } from '@/shared/links';
import { byId, useNamedAgents } from '@/shared/named';
import { Phone } from '@/shared/Phone';
import { Rows, rowLink } from '@/shared/Rows';
import type { CallsKnown } from '@/shared/stream/calls';
import { useNow } from '@/shared/stream/use';
import { clock } from '@/shared/time';
import { Waiting } from '@/shared/Waiting';

const SHOWN = 20;

export function CallsNow({ known, starting }: { known: CallsKnown; starting: boolean }) {
  const { t } = useTranslation();
  const calls = [...known.goingOn.values()].sort((one, other) =>
    other.started_at.localeCompare(one.started_at),
  );
  return (
    <Card title={t('dashboard.now')}>
      {starting && <Waiting rows={1} />}
      {!starting && calls.length === 0 && <Text c="dimmed">{t('dashboard.noCalls')}</Text>}
      {calls.length > 0 && <GoingOn calls={calls.slice(0, SHOWN)} />}
      {(calls.length > SHOWN || !known.complete) && <Text c="dimmed">{t('dashboard.moreCalls')}</Text>}
    </Card>
  );
}

function GoingOn({ calls }: { calls: CallBody[] }) {
  const { t } = useTranslation();
  const agents = byId(useNamedAgents());
  const columns = [
    {
      key: 'number',
      head: t('dashboard.number'),
      cell: (one: CallBody) => (
        <TextLink to="/calls/$callId" params={{ callId: one.id }} className={rowLink}>
          <Phone e164={one.number ?? one.called ?? t('calls.unknown')} />
        </TextLink>
      ),
    },
    {
      key: 'caller',
      head: t('dashboard.caller'),
      cell: (one: CallBody) => <CallerNumber call={one} />,
    },
    {
      key: 'who',
      head: t('dashboard.who'),
      cell: (one: CallBody) => <CallSentence call={one} agents={agents} />,
    },
    {
      key: 'since',
      head: t('dashboard.since'),
      end: true,
      cell: (one: CallBody) => <Lasts since={one.started_at} />,
    },
  ];
  return <Rows label={t('dashboard.now')} items={calls} columns={columns} keyOf={(one) => one.id} />;
}

function Lasts({ since }: { since: string }) {
  const now = useNow();
  return <time dateTime={since}>{clock(now - Date.parse(since))}</time>;
}
