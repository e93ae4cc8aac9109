import { getRouteApi, Navigate } from '@tanstack/react-router';
import type { ComponentType } from 'react';
import type { OnboardingBody } from '@/api/generated/api.schemas';
import { useGetOnboarding } from '@/api/generated/onboardings';
import { useMayChange } from '@/session/rights';
import { Read } from '@/shared/Read';
import { AgentStep } from './agent/AgentStep';
import { CallStep } from './call/CallStep';
import { LineStep } from './line/LineStep';
import { LiveScreen } from './live/LiveScreen';
import { MayNot } from './MayNot';
import { NumbersStep } from './numbers/NumbersStep';
import { ProviderStep } from './provider/ProviderStep';
import { type Screen, screenOf } from './steps';

const route = getRouteApi('/connect/$onboardingId/$step');
// milliseconds; while a call is waited for, what it proved may come without a word in the stream
const EVERY = 2_000;

export type StepProps = { onboarding: OnboardingBody };

const SCREENS: Record<Screen, ComponentType<StepProps>> = {
  line: LineStep,
  provider: ProviderStep,
  numbers: NumbersStep,
  agent: AgentStep,
  call: CallStep,
  live: LiveScreen,
};

export function StepPage() {
  const { onboardingId, step } = route.useParams();
  const onboarding = useGetOnboarding(onboardingId, {
    query: { refetchInterval: step === 'call' ? EVERY : false },
  });
  const mayChange = useMayChange();
  if (!mayChange) return <MayNot />;
  return <Read query={onboarding}>{(current) => <OnScreen onboarding={current} asked={step} />}</Read>;
}

function OnScreen({ onboarding, asked }: StepProps & { asked: string }) {
  const screen = screenOf(onboarding, asked);
  const Shown = SCREENS[screen];
  if (screen !== asked) {
    const params = { onboardingId: onboarding.id, step: screen };
    return <Navigate to="/connect/$onboardingId/$step" params={params} replace />;
  }
  return <Shown key={screen} onboarding={onboarding} />;
}
