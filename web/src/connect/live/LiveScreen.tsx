import type { StepProps } from '../StepPage';
import { GoLive } from './GoLive';
import { IsLive } from './IsLive';

/** After the steps: what changes, and then that it has. */
export function LiveScreen({ onboarding }: StepProps) {
  if (onboarding.state === 'live') return <IsLive onboarding={onboarding} />;
  return <GoLive onboarding={onboarding} />;
}
