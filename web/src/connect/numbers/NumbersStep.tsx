import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { BroughtBody } from '@/api/generated/api.schemas';
import { bulkCreateNumbers, getListNumbersQueryKey } from '@/api/generated/numbers';
import { draftOf, forgetDraft, keepDraft } from '@/shared/drafts';
import { international } from '@/shared/Num';
import { Frame } from '../Frame';
import type { StepProps } from '../StepPage';
import { useGo, useSaving } from '../saving';
import { Judged } from './Judged';
import { linesOf, taken, toBring } from './lines';
import { NotBrought } from './NotBrought';
import { Pasted } from './Pasted';
import { useJudgement } from './useJudgement';

/** Which numbers: pasted in any writing, each line judged as it is typed. */
export function NumbersStep({ onboarding }: StepProps) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const { save } = useSaving(onboarding);
  const go = useGo();
  const draft = `connect:${onboarding.id}:numbers`;
  const [text, setText] = useState(() =>
    draftOf(draft, onboarding.numbers.map((one) => international(one.number)).join('\n')),
  );
  const [moving, setMoving] = useState<ReadonlySet<string>>(new Set());
  const [tried, setTried] = useState(false);
  const [failed, setFailed] = useState<BroughtBody[]>([]);
  useEffect(() => keepDraft(draft, text), [draft, text]);
  const trunkId = onboarding.trunk_id ?? '';
  const judgement = useJudgement(trunkId, linesOf(text));
  const good = taken(judgement.lines, moving);

  const saving = useMutation({
    mutationFn: async () => {
      const body = { trunk_id: trunkId, numbers: toBring(good), move: moving.size > 0 };
      // without a key: the same list again changes nothing, and what was refused is looked at anew
      const { results } = await bulkCreateNumbers(body);
      await queries.invalidateQueries({ queryKey: getListNumbersQueryKey() });
      const brought = results.flatMap(({ number, number_id }) => (number_id ? [{ number, number_id }] : []));
      const kept = results.filter((one) => !one.number_id);
      setFailed(kept);
      if (brought.length) await save({ numbers: brought });
      if (kept.length) return judgement.again();
      forgetDraft(draft);
      await go(onboarding.id, 'agent');
    },
  });
  const send = () => {
    setTried(true);
    if (good.length && !judgement.isAsking) saving.mutate();
  };
  const wrong = text.trim() ? t('connect.numbers.none') : t('shared.required');
  const none = tried && !judgement.isAsking && good.length === 0 && wrong;
  return (
    <Frame
      screen="numbers"
      onboarding={onboarding}
      question={t(`connect.numbers.question.${onboarding.line}`)}
      why={t('connect.numbers.why')}
      understood={<Judged judgement={judgement} moving={moving} setMoving={setMoving} />}
      verb={good.length ? t('connect.numbers.goOn', { count: good.length }) : t('connect.continue')}
      busy={saving.isPending}
      error={saving.error ?? judgement.error}
      onContinue={send}
    >
      <NotBrought results={failed} />
      <Pasted text={text} setText={setText} error={none} />
    </Frame>
  );
}
