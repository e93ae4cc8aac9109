/** A number that a fix has brought onto the trunk is answered as the others are, and belongs to the onboarding. */

import { useState } from 'react';
import type { OnboardingBody, RejectionBody } from '@/api/generated/api.schemas';
import { listNumbers } from '@/api/generated/numbers';
import { takeNumbers } from '@/api/generated/routing';
import { useSaving } from '../saving';
import { numberOfFix } from './watching';

export function useFollowUp(onboarding: OnboardingBody) {
  const { save } = useSaving(onboarding);
  const [error, setError] = useState<unknown>();

  async function follow(number: string): Promise<void> {
    const { numbers: found } = await listNumbers({ number: [number] });
    const [one] = found;
    if (!one || !onboarding.plan_id) return;
    await takeNumbers(onboarding.plan_id, { numbers: [number] });
    const known = onboarding.numbers.filter((other) => other.number_id !== one.id);
    await save({ numbers: [...known, { number_id: one.id, number }] });
  }

  const onFixed = (row: RejectionBody) => {
    const number = numberOfFix(row.fixed?.fix);
    setError(undefined);
    if (number) follow(number).catch(setError);
  };
  return { onFixed, error };
}
