import { Button, Group, Select, SimpleGrid, Stack } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { BroughtBody } from '@/api/generated/api.schemas';
import { bulkCreateNumbers } from '@/api/generated/numbers';
import { Judged } from '@/connect/numbers/Judged';
import { linesOf, taken, toBring } from '@/connect/numbers/lines';
import { NotBrought } from '@/connect/numbers/NotBrought';
import { Pasted } from '@/connect/numbers/Pasted';
import { useJudgement } from '@/connect/numbers/useJudgement';
import '@/connect/words';
import { Card } from '@/shared/Card';
import { draftOf, forgetDraft, keepDraft } from '@/shared/drafts';
import { Failure } from '@/shared/Failure';
import { LinkButton } from '@/shared/links';
import { choices, useNamedTrunks } from '@/shared/named';
import { PageHead } from '@/shared/PageHead';
import { numbersKey } from './reading';

const DRAFT = 'numbers-many';

/** Pasted in any writing, each line judged as it is typed, brought in at once. */
export function NumbersMany() {
  const { t } = useTranslation();
  const trunks = useNamedTrunks();
  const [typed, setTyped] = useState(() => draftOf(DRAFT, { trunk: '', text: '' }));
  useEffect(() => keepDraft(DRAFT, typed), [typed]);
  const [moving, setMoving] = useState<ReadonlySet<string>>(new Set());
  const trunk = typed.trunk || trunks[0]?.id || '';
  const judgement = useJudgement(trunk, trunk ? linesOf(typed.text) : []);
  const good = taken(judgement.lines, moving);
  const bringing = useBringing(trunk);
  const ready = good.length > 0 && !judgement.isAsking;
  const bring = () => {
    const body = { trunk_id: trunk, numbers: toBring(good), move: moving.size > 0 };
    bringing.mutate(body, { onSuccess: () => void judgement.again() });
  };
  const error = bringing.error ?? judgement.error;
  return (
    <>
      <PageHead title={t('numbers.many')} sentence={t('numbers.manySentence')} />
      {Boolean(error) && <Failure error={error} mb="md" />}
      <NotBrought results={bringing.kept} />
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl" style={{ alignItems: 'start' }}>
        <Stack gap="lg">
          <Select
            label={t('numbers.manyTrunk')}
            description={t('numbers.form.trunkHint')}
            data={choices(trunks)}
            value={trunk || null}
            onChange={(next) => setTyped((before) => ({ ...before, trunk: next ?? '' }))}
            searchable
            required
          />
          <Pasted
            text={typed.text}
            setText={(become) => setTyped((before) => ({ ...before, text: become(before.text) }))}
          />
          <Group>
            <Button disabled={!ready} loading={bringing.isPending} onClick={bring}>
              {t('numbers.bring', { count: good.length })}
            </Button>
            <LinkButton to="/numbers" variant="default">
              {t('shared.cancel')}
            </LinkButton>
          </Group>
        </Stack>
        <Card title={t('numbers.understood')}>
          <Judged judgement={judgement} moving={moving} setMoving={setMoving} />
        </Card>
      </SimpleGrid>
    </>
  );
}

/** kept: those that changed between the judgement and the button, each with its reason. */
function useBringing(trunk: string) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [kept, setKept] = useState<BroughtBody[]>([]);
  const bringing = useMutation({
    // without a key: the same list again changes nothing, and what was refused is looked at anew
    mutationFn: (body: Parameters<typeof bulkCreateNumbers>[0]) => bulkCreateNumbers(body),
    onSuccess: async ({ results }) => {
      await queries.invalidateQueries({ queryKey: numbersKey() });
      const left = results.filter((one) => !one.number_id);
      setKept(left);
      const count = results.length - left.length;
      if (count) notifications.show({ message: t('numbers.brought', { count }), color: 'green' });
      if (left.length) return;
      forgetDraft(DRAFT);
      await navigate({ to: '/numbers', search: { trunk } });
    },
  });
  return { ...bringing, kept };
}
