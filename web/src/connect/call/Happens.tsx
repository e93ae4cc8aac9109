import { Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { CallBody, RejectionBody } from '@/api/generated/api.schemas';
import { CallSentence } from '@/calls/CallSentence';
import { Ladder } from '@/calls/Ladder';
import { RefusalCard } from '@/refusals/RefusalCard';
import { international } from '@/shared/Num';
import { byId, useNamedAgents } from '@/shared/named';
import type { StepProps } from '../StepPage';
import { Pulse } from './Pulse';
import { Works } from './Works';
import { numberOfFix, type Watched } from './watching';

type Props = StepProps & { now: Watched; onFixed: (row: RejectionBody) => void };

/** Waiting, a call, or a refusal; in the same place one after the other. */
export function Happens({ onboarding, now, onFixed }: Props) {
  const { t } = useTranslation();
  const { tested } = onboarding;
  if (now.state === 'refused') {
    const mended = now.rows[0]?.state === 'fixed';
    return (
      <Stack gap="md">
        <RefusalCard rows={now.rows} onFixed={onFixed} />
        {mended && <Taken onboarding={onboarding} row={now.rows[0]} />}
        {mended && tested && <Works tested={tested} />}
        {mended && <Pulse key="again" says={t('connect.call.again')} hint={t('connect.call.usual')} />}
      </Stack>
    );
  }
  const call = now.state === 'call' ? now.call : undefined;
  return (
    <Stack gap="md">
      {call && <Seen call={call} provider={onboarding.provider_name} />}
      {tested && <Works tested={tested} call={call} />}
      {!tested && !isGoingOn(call) && (
        <Pulse
          key={call?.id ?? 'first'}
          says={call ? t('connect.call.again') : t('connect.call.waiting')}
          hint={t('connect.call.usual')}
        />
      )}
    </Stack>
  );
}

/** A number that came by a fix has somebody who answers it at once. */
function Taken({ onboarding, row }: StepProps & { row?: RejectionBody }) {
  const { t } = useTranslation();
  const number = numberOfFix(row?.fixed?.fix);
  if (!number || !onboarding.numbers.some((one) => one.number === number)) return null;
  return <Text>{t('connect.call.taken', { number: international(number) })}</Text>;
}

const isGoingOn = (call: CallBody | undefined) => call !== undefined && !call.ended_at;

function Seen({ call, provider }: { call: CallBody; provider?: string }) {
  const agents = byId(useNamedAgents());
  return (
    <>
      <Text fw={600} role="status">
        <CallSentence call={call} agents={agents} />
      </Text>
      <Ladder call={call} agents={agents} provider={provider} />
    </>
  );
}
