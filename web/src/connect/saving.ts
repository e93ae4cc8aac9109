/** Keeping a step: what was chosen goes into the onboarding, and the person to the next screen. */

import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { OnboardingBody, OnboardingPatch } from '@/api/generated/api.schemas';
import { getGetOnboardingQueryKey, getOnboarding, updateOnboarding } from '@/api/generated/onboardings';
import { ifVersion } from '@/api/request';
import { isMismatch } from '@/shared/Failure';
import type { Screen } from './steps';
import { stillFits } from './stillFits';

export function useSaving(onboarding: OnboardingBody) {
  const queries = useQueryClient();
  const key = getGetOnboardingQueryKey(onboarding.id);
  const known = () => queries.getQueryData<OnboardingBody>(key) ?? onboarding;
  const keep = (saved: OnboardingBody) => queries.setQueryData(key, saved);
  const send = (patch: OnboardingPatch, of: OnboardingBody) =>
    updateOnboarding(of.id, patch, ifVersion(of.version));

  /** Another tab may have gone on meanwhile, or a call have come in: only the same fields are in the way. */
  async function save(patch: OnboardingPatch): Promise<OnboardingBody> {
    const base = known();
    const saved = await send(patch, base).catch(async (refusal) => {
      if (!isMismatch(refusal)) throw refusal;
      const current = await getOnboarding(onboarding.id);
      if (!stillFits(patch, base, current)) throw refusal;
      return send(patch, current);
    });
    keep(saved);
    return saved;
  }

  const reload = async () => {
    await queries.invalidateQueries({ queryKey: key });
  };
  return { save, keep, reload };
}

export function useGo() {
  const navigate = useNavigate();
  return (onboardingId: string, step: Screen) =>
    navigate({ to: '/connect/$onboardingId/$step', params: { onboardingId, step } });
}
