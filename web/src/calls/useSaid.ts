import { useTranslation } from 'react-i18next';
import type { AgentBody } from '@/api/generated/api.schemas';
import { localeOf } from '@/shared/locale';
import type { Rung } from './rungs';

type Of = { called: string; number: string };

/** The words of one rung. */
export function useSaid(agents: Map<string, AgentBody>) {
  const { t, i18n } = useTranslation();
  const locale = localeOf(i18n.language);
  const seconds = (ms: number) =>
    new Intl.NumberFormat(locale, {
      style: 'unit',
      unit: 'second',
      unitDisplay: 'long',
      maximumFractionDigits: 1,
    }).format(ms / 1000);
  return (rung: Rung, of: Of): string => {
    if (rung.what === 'sound') {
      const heard = (came: boolean | undefined) =>
        t(
          came === undefined
            ? 'calls.ladder.unmeasured'
            : came
              ? 'calls.ladder.heard'
              : 'calls.ladder.unheard',
        );
      return t('calls.ladder.sound', { caller: heard(rung.caller), agent: heard(rung.agent) });
    }
    return t(`calls.ladder.${rung.what}`, {
      ...of,
      agent: (rung.agentId && agents.get(rung.agentId)?.name) || t('calls.anAgent'),
      agents: new Intl.ListFormat(locale, { type: 'unit' }).format(rung.agents ?? []),
      after: rung.after === undefined ? '' : seconds(rung.after),
      code: rung.code ?? '',
      status: rung.status ?? '',
    });
  };
}
