import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { createAgent, getCreateAgentUrl, getListAgentsQueryKey } from '@/api/generated/agents';
import { useOnce } from '@/api/once';
import { validated } from '@/api/validate';
import { LinkButton } from '@/shared/links';
import { PageHead } from '@/shared/PageHead';
import { AgentForm } from './AgentForm';
import { type AgentValues, BLANK, toCreate } from './agent-values';

export function AgentNew() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const once = useOnce();
  const send = async (values: AgentValues) => {
    const body = toCreate(values);
    const made = await createAgent(body, once(body));
    await queries.invalidateQueries({ queryKey: getListAgentsQueryKey() });
    notifications.show({ message: t('answering.agent.created', { name: made.name }), color: 'green' });
    await navigate({ to: '/answering' });
  };
  const judge = (values: AgentValues, signal: AbortSignal) =>
    validated('POST', getCreateAgentUrl(), toCreate(values), { signal });
  const cancel = (
    <LinkButton to="/answering" variant="default">
      {t('shared.cancel')}
    </LinkButton>
  );
  return (
    <>
      <PageHead title={t('answering.agent.new')} sentence={t('answering.agent.newSentence')} />
      <AgentForm
        name="agent"
        values={BLANK}
        verb={t('answering.agent.create')}
        send={send}
        judge={judge}
        beside={cancel}
      />
    </>
  );
}
