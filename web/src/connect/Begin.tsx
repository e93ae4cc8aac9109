import { Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { OnboardingBody } from '@/api/generated/api.schemas';
import { createOnboarding, getGetOnboardingQueryKey, useListOnboardings } from '@/api/generated/onboardings';
import { useOnce } from '@/api/once';
import { useMayChange } from '@/session/rights';
import { TextLink } from '@/shared/links';
import { Num } from '@/shared/Num';
import { When } from '@/shared/When';
import { Frame } from './Frame';
import { Guidance } from './line/Guidance';
import { LineChoice } from './line/LineChoice';
import { MayNot } from './MayNot';
import { useGo } from './saving';

/** The blank page: what line there is. With the answer the onboarding begins, and has an address. */
export function Begin() {
  return useMayChange() ? <Asked /> : <MayNot />;
}

function Asked() {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const once = useOnce();
  const [line, setLine] = useState<OnboardingBody['line']>('trunk');
  const go = useGo();
  const begin = useMutation({
    mutationFn: () => createOnboarding({ line }, once({ line })),
    onSuccess: async (made) => {
      queries.setQueryData(getGetOnboardingQueryKey(made.id), made);
      await go(made.id, 'provider');
    },
  });
  return (
    <Frame
      screen="line"
      question={t('connect.line.question')}
      why={t('connect.line.why')}
      understoodTitle={t('connect.line.means')}
      understood={<Guidance line={line} />}
      verb={t('connect.continue')}
      busy={begin.isPending}
      error={begin.error}
      onContinue={() => begin.mutate()}
    >
      <LineChoice value={line} onChange={setLine} />
      <Begun />
    </Frame>
  );
}

/** What was begun before, here or on another device. */
function Begun() {
  const { t } = useTranslation();
  const begun = useListOnboardings({ state: ['open', 'abandoned'], page_size: 5 }).data?.onboardings ?? [];
  if (begun.length === 0) return null;
  return (
    <Stack gap={4} mt="lg">
      <Text fw={600}>{t('connect.begun')}</Text>
      {begun.map((one) => (
        <Text key={one.id}>
          <TextLink
            underline="always"
            to="/connect/$onboardingId/$step"
            params={{ onboardingId: one.id, step: one.next_step ?? 'live' }}
          >
            {one.provider_name ?? t('connect.noProvider')}
          </TextLink>{' '}
          {one.numbers[0] && <Num e164={one.numbers[0].number} />} <When at={one.updated_at} />
        </Text>
      ))}
    </Stack>
  );
}
