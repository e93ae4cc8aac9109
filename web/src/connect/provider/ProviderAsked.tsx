import { zodResolver } from '@hookform/resolvers/zod';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import type { TrunkBody, TrunkWithPlace } from '@/api/generated/api.schemas';
import { createTrunk, getGetTrunkQueryKey, getListTrunksQueryKey, updateTrunk } from '@/api/generated/trunks';
import { ifVersion } from '@/api/request';
import { showAtFields } from '@/shared/atFields';
import { draftOf } from '@/shared/drafts';
import { byId, useNamedTrunks } from '@/shared/named';
import { useDraft } from '@/shared/useDraft';
import { Frame } from '../Frame';
import { onceFor } from '../idempotency';
import type { StepProps } from '../StepPage';
import { useSaving } from '../saving';
import { ProviderFields } from './ProviderFields';
import { ProviderUnderstood } from './ProviderUnderstood';
import { PLACES, type ProviderValues, shape, toSend, valuesOf } from './values';

type Props = StepProps & { trunk?: TrunkWithPlace; changed?: () => void };

/** Who sends the calls, and from where. */
export function ProviderAsked({ onboarding, trunk, changed }: Props) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const { save } = useSaving(onboarding);
  const others = useNamedTrunks();
  const [chosen, setChosen] = useState('');
  const [error, setError] = useState<unknown>();
  const [begun] = useState(trunk);
  const draft = `connect:${onboarding.id}:provider:${begun?.version ?? 0}`;
  const form = useForm<ProviderValues>({
    resolver: zodResolver(shape),
    defaultValues: draftOf(draft, valuesOf(begun)),
  });
  const kept = useDraft(draft, form);

  const keep = async (made: TrunkBody) => {
    await queries.invalidateQueries({ queryKey: getListTrunksQueryKey() });
    await queries.invalidateQueries({ queryKey: getGetTrunkQueryKey(made.id) });
    await save({ trunk_id: made.id, provider_name: made.name });
    kept.forget();
    changed?.();
  };
  const make = async (values: ProviderValues) => {
    const body = toSend(values);
    if (begun) return updateTrunk(begun.id, body, ifVersion(begun.version));
    return createTrunk(body, await onceFor(onboarding, 'trunk', body));
  };
  const attempt = async (work: () => Promise<void>) => {
    setError(undefined);
    try {
      await work();
    } catch (refusal) {
      setError(refusal);
      showAtFields(refusal, PLACES, form.setError, (line, said) => t('shared.line', { line, said }));
    }
  };
  const send = form.handleSubmit((values) => attempt(async () => keep(await make(values))));
  const known = byId(others).get(chosen);
  return (
    <Frame
      screen="provider"
      onboarding={onboarding}
      question={t(`connect.provider.question.${onboarding.line}`)}
      why={t(`connect.provider.why.${onboarding.line}`)}
      understood={<ProviderUnderstood values={known ? valuesOf(known) : form.watch()} />}
      verb={t('connect.continue')}
      busy={form.formState.isSubmitting}
      error={error}
      onContinue={() => void (known ? attempt(() => keep(known)) : send())}
    >
      <ProviderFields form={form} others={begun ? [] : others} chosen={chosen} choose={setChosen} />
    </Frame>
  );
}
