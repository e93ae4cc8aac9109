import { useState } from 'react';
import { useGetTrunk } from '@/api/generated/trunks';
import { isMissing, Read } from '@/shared/Read';
import type { StepProps } from '../StepPage';
import { ProviderAsked } from './ProviderAsked';
import { ProviderTold } from './ProviderTold';

/** Two screens of one step: who the provider is, and what has to be told to it. */
export function ProviderStep({ onboarding }: StepProps) {
  const [asks, setAsks] = useState(false);
  if (!onboarding.trunk_id) return <ProviderAsked key="asked" onboarding={onboarding} />;
  return (
    <OfTrunk
      trunkId={onboarding.trunk_id}
      onboarding={onboarding}
      asks={asks}
      change={() => setAsks(true)}
      changed={() => setAsks(false)}
    />
  );
}

type Props = StepProps & { trunkId: string; asks: boolean; change: () => void; changed: () => void };

/** A trunk that somebody deleted meanwhile is made again. */
function OfTrunk({ trunkId, onboarding, asks, change, changed }: Props) {
  const trunk = useGetTrunk(trunkId, { query: { refetchInterval: 2_000 } });
  if (isMissing(trunk.error)) return <ProviderAsked key="asked" onboarding={onboarding} />;
  return (
    <Read query={trunk}>
      {(current) =>
        asks ? (
          <ProviderAsked key="change" onboarding={onboarding} trunk={current} changed={changed} />
        ) : (
          <ProviderTold onboarding={onboarding} trunk={current} change={change} />
        )
      }
    </Read>
  );
}
