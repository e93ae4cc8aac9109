import { Anchor, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { AgentBody, CallBody } from '@/api/generated/api.schemas';
import { useListRejections } from '@/api/generated/rejections';
import { RefusalCard } from '@/refusals/RefusalCard';
import { Card } from '@/shared/Card';
import { useLiveRejections } from '@/shared/stream/use';
import { advice } from './advice';

type Props = { call: CallBody; agents: Map<string, AgentBody> };

/** What to do, where there is something to do. */
export function CallAdvice({ call, agents }: Props) {
  const { t } = useTranslation();
  const found = advice(call);
  if (!found) return null;
  if (found.kind === 'refused') return <Refused call={call} />;
  const agent =
    (found.kind === 'agents' && found.agentId && agents.get(found.agentId)?.name) || t('calls.anAgent');
  return (
    <Card title={t('calls.todo')}>
      {found.kind === 'silent' ? (
        <Text maw="68ch">{t(`calls.silent.${found.who}`)}</Text>
      ) : (
        <Text maw="68ch">
          {t(`calls.because.${found.code}`, { agent })} {t(`calls.repair.${found.code}`, { agent })}{' '}
          <Anchor
            href={`/problems/${found.code}`}
            target="_blank"
            size="xs"
            c="dimmed"
            ff="monospace"
            underline="always"
            aria-label={t('shared.whatCodeMeans', { code: found.code })}
          >
            {found.code}
          </Anchor>
        </Text>
      )}
    </Card>
  );
}

/** The row that is kept of refusals like this one, with its fixes. */
function Refused({ call }: { call: CallBody }) {
  const { t } = useTranslation();
  const told = useLiveRejections().now.rows;
  const read = useListRejections({
    trunk_id: [call.trunk_id],
    code: [call.refusal_code ?? ''],
    ...(call.called && { called: [call.called] }),
    last_at_after: new Date(Date.parse(call.started_at) - 1000).toISOString(),
    order_by: 'last_at',
    page_size: 1,
  });
  const [first] = read.data?.rejections ?? [];
  const row =
    (first && told.get(first.id)) ?? first ?? [...told.values()].find((one) => one.call_id === call.id);
  if (!row) return null;
  return (
    <Card title={t('calls.todo')}>
      <RefusalCard rows={[row]} />
    </Card>
  );
}
