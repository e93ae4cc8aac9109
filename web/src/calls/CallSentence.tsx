import { useTranslation } from 'react-i18next';
import type { AgentBody, CallBody } from '@/api/generated/api.schemas';
import { localeOf } from '@/shared/locale';
import { serviceSays } from '@/shared/serviceWords';
import { lasted, says } from './says';

export function CallSentence({ call, agents }: { call: CallBody; agents: Map<string, AgentBody> }) {
  const { t, i18n } = useTranslation();
  const { key, ended, agentId, ms } = says(call);
  const agent = agentId ? (agents.get(agentId)?.name ?? t('calls.anAgent')) : t('calls.anAgent');
  const time = ms === undefined ? '' : lasted(ms, localeOf(i18n.language));
  return (
    <>
      {t(`calls.says.${key}`, { agent, time })}
      {ended && ` ${t(`calls.ended.${ended}`)}`}
      {key === 'refused' && call.decision && <Why {...call.decision} />}
    </>
  );
}

function Why({ code, reason }: { code: string; reason: string }) {
  const { what, lang } = serviceSays(code, reason, '');
  return <span lang={lang}> {what}</span>;
}
