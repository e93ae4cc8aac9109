import { SimpleGrid, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { AgentBody, CallBody } from '@/api/generated/api.schemas';
import { getGetCallQueryOptions } from '@/api/generated/calls';
import { Card } from '@/shared/Card';
import { Copyable } from '@/shared/Copyable';
import { LinkButton } from '@/shared/links';
import { international } from '@/shared/Num';
import { byId, useNamedAgents, useNamedTrunks } from '@/shared/named';
import { PageHead } from '@/shared/PageHead';
import { Read } from '@/shared/Read';
import { newer } from '@/shared/stream/calls';
import { StaleBanner } from '@/shared/stream/StaleBanner';
import { useLiveCall, useLiveCalls } from '@/shared/stream/use';
import { CallAdvice } from './CallAdvice';
import { CallSentence } from './CallSentence';
import { Events } from './Events';
import { Ladder } from './Ladder';
import { Legs } from './Legs';
import { Media } from './Media';
import { Why } from './Why';

const route = getRouteApi('/calls/$callId');
// milliseconds, until the record has the end; the stream tells sooner
const EVERY = 3_000;

export function CallPage() {
  const { callId } = route.useParams();
  const agents = byId(useNamedAgents());
  const told = useLiveCall(callId);
  const record = useQuery({
    ...getGetCallQueryOptions(callId),
    refetchInterval: (query) => (query.state.data?.ended_at ? false : EVERY),
  });
  // a call that began a moment ago has no record yet
  const known = newer(record.data, told);
  if (known) return <One call={known} agents={agents} />;
  return <Read query={record}>{(current) => <One call={current} agents={agents} />}</Read>;
}

function One({ call, agents }: { call: CallBody; agents: Map<string, AgentBody> }) {
  const { t } = useTranslation();
  const { freshness } = useLiveCalls();
  const to = international(call.number ?? call.called ?? t('calls.unknown'));
  const trunk = useNamedTrunks().find((one) => one.id === call.trunk_id);
  return (
    <>
      <PageHead
        title={
          call.caller
            ? t('calls.callOf', { from: international(call.caller), to })
            : t('calls.callOfNobody', { to })
        }
        sentence={<CallSentence call={call} agents={agents} />}
        actions={
          <LinkButton to="/calls" variant="default">
            {t('shared.back')}
          </LinkButton>
        }
      />
      {!call.ended_at && <StaleBanner of={[freshness]} />}
      <Stack gap="md">
        <CallAdvice call={call} agents={agents} />
        <Card title={t('calls.happened')}>
          <Ladder call={call} agents={agents} provider={trunk?.name} />
        </Card>
        <Card title={t('calls.legs')} hint={t('calls.legsHint')}>
          <Legs call={call} agents={agents} />
        </Card>
        <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
          {call.decision && (
            <Card title={t('calls.why')}>
              <Why decision={call.decision} />
            </Card>
          )}
          <Card title={t('calls.quality')}>
            <Media call={call} />
          </Card>
        </SimpleGrid>
        <Card title={t('calls.events')} hint={t('calls.eventsHint')}>
          <Events call={call} agents={agents} />
        </Card>
        <Card title={t('calls.ids')} hint={t('calls.idsHint')}>
          <Stack gap="xs">
            <Copyable value={call.id} what={t('calls.callId')} />
            {call.source_address && <Copyable value={call.source_address} what={t('calls.source')} />}
          </Stack>
        </Card>
      </Stack>
    </>
  );
}
