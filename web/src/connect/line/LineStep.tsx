import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Frame } from '../Frame';
import type { StepProps } from '../StepPage';
import { useGo, useSaving } from '../saving';
import { Guidance } from './Guidance';
import { LineChoice } from './LineChoice';

/** The first step again, of an onboarding that has begun. */
export function LineStep({ onboarding }: StepProps) {
  const { t } = useTranslation();
  const { save } = useSaving(onboarding);
  const go = useGo();
  const [line, setLine] = useState(onboarding.line);
  const saving = useMutation({
    mutationFn: async () => {
      if (line !== onboarding.line) await save({ line });
      await go(onboarding.id, 'provider');
    },
  });
  return (
    <Frame
      screen="line"
      onboarding={onboarding}
      question={t('connect.line.question')}
      why={t('connect.line.why')}
      understoodTitle={t('connect.line.means')}
      understood={<Guidance line={line} />}
      verb={t('connect.continue')}
      busy={saving.isPending}
      error={saving.error}
      onContinue={() => saving.mutate()}
    >
      <LineChoice value={line} onChange={setLine} />
    </Frame>
  );
}
