import { Button, Select, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DecisionBody } from '@/api/generated/api.schemas';
import { useListNumbers } from '@/api/generated/numbers';
import { routeCall } from '@/api/generated/routing';
import { Card } from '@/shared/Card';
import { Failure } from '@/shared/Failure';
import { choices, useNamedTrunks } from '@/shared/named';
import { serviceSays } from '@/shared/serviceWords';
import { Trace } from '@/shared/Trace';

/** Who would answer a call that nobody has made, and why. */
export function DryRun({ called: proposed = '' }: { called?: string }) {
  const { t } = useTranslation();
  const trunks = useNamedTrunks();
  const [called, setCalled] = useState(proposed);
  const [chosen, setChosen] = useState<string | null>(null);
  const own = useTrunkOf(proposed);
  const trunk = chosen ?? own ?? trunks[0]?.id ?? null;
  const asking = useMutation({ mutationFn: () => routeCall({ trunk_id: trunk ?? '', called }) });
  const ask = (event: FormEvent) => {
    event.preventDefault();
    asking.mutate();
  };
  return (
    <Card title={t('answering.dry.title')} hint={t('answering.dry.hint')}>
      <form onSubmit={ask}>
        <Stack gap="sm">
          <TextInput
            label={t('answering.dry.called')}
            type="tel"
            value={called}
            onChange={(event) => setCalled(event.currentTarget.value)}
          />
          <Select
            label={t('answering.dry.trunk')}
            data={choices(trunks)}
            value={trunk}
            onChange={setChosen}
            searchable
          />
          <Button type="submit" variant="default" loading={asking.isPending} disabled={!trunk || !called}>
            {t('answering.dry.ask')}
          </Button>
        </Stack>
      </form>
      <div aria-live="polite">
        {asking.error && <Failure error={asking.error} mt="md" />}
        {asking.data && <Decided decision={asking.data} />}
      </div>
    </Card>
  );
}

/** The one that calls of this number come by. */
function useTrunkOf(number: string): string | undefined {
  const asked = { number: [number] };
  return useListNumbers(asked, { query: { enabled: number !== '' } }).data?.numbers[0]?.trunk_id;
}

function Decided({ decision }: { decision: DecisionBody }) {
  const { t } = useTranslation();
  const why = serviceSays(decision.code, decision.reason, '');
  const names = decision.legs.map((leg) => leg.agent_name).join(` ${t('answering.dry.then')} `);
  return (
    <Stack gap="xs" mt="md">
      <Text fw={600} dir="auto">
        {names
          ? t('answering.dry.answered', { names })
          : t('answering.dry.refused', { status: decision.sip_status })}
      </Text>
      <Text lang={why.lang} c="dimmed">
        {why.what}
      </Text>
      <Trace steps={decision.trace} />
    </Stack>
  );
}
