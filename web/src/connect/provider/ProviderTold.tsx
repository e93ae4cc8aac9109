import { Button, Stack, Text, Textarea, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { TrunkWithPlace } from '@/api/generated/api.schemas';
import { useGetPublicAddresses } from '@/api/generated/network';
import { asAddress } from '@/refusals/fixes';
import { Copyable } from '@/shared/Copyable';
import { countryName } from '@/shared/countries';
import { Failure } from '@/shared/Failure';
import { localeOf } from '@/shared/locale';
import { wire } from '@/shared/wire';
import { CopyText } from '../CopyText';
import { Frame } from '../Frame';
import { Line } from '../Line';
import type { StepProps } from '../StepPage';
import { useGo } from '../saving';
import { letter, mediaOf, sipOf } from './letter';

type Props = StepProps & { trunk: TrunkWithPlace; change: () => void };

/** What the provider has to know, to copy one by one or as a letter. */
export function ProviderTold({ onboarding, trunk, change }: Props) {
  const { t } = useTranslation();
  const go = useGo();
  const addresses = useGetPublicAddresses();
  const known = addresses.data;
  return (
    <Frame
      screen="provider"
      onboarding={onboarding}
      question={t('connect.provider.tell', { name: trunk.name })}
      why={t('connect.provider.tellWhy')}
      understood={<Understood trunk={trunk} change={change} />}
      verb={t('connect.provider.goOn')}
      onContinue={() => void go(onboarding.id, 'numbers')}
    >
      <Stack gap="lg">
        <Part title={t('connect.provider.domain')} says={t('connect.provider.domainSays')}>
          <Copyable value={trunk.domain} what={t('connect.provider.domain')} />
        </Part>
        <Part title={t('connect.provider.sip')} says={t('connect.provider.sipSays')}>
          {known?.sip.map((one) => (
            <Copyable key={sipOf(one)} value={sipOf(one)} what={sipOf(one)} />
          ))}
        </Part>
        <Part title={t('connect.provider.media')} says={t('connect.provider.mediaSays')}>
          {known?.media.map((one) => (
            <Copyable key={mediaOf(one)} value={mediaOf(one)} what={mediaOf(one)} />
          ))}
        </Part>
        {addresses.error && <Failure error={addresses.error} again={() => void addresses.refetch()} />}
        {known && <Letter text={letter(t, trunk, known)} />}
      </Stack>
    </Frame>
  );
}

function Part({ title, says, children }: { title: string; says: string; children: ReactNode }) {
  return (
    <div>
      <Text fw={600}>{title}</Text>
      <Text size="xs" c="dimmed" mb={4}>
        {says}
      </Text>
      <Stack gap="xs">{children}</Stack>
    </div>
  );
}

function Letter({ text }: { text: string }) {
  const { t } = useTranslation();
  return (
    <div>
      <Title order={2} mb={4}>
        {t('connect.provider.letter')}
      </Title>
      <Textarea
        aria-label={t('connect.provider.letter')}
        value={text}
        readOnly
        autosize
        classNames={{ input: wire }}
        mb="xs"
      />
      <CopyText value={text} says={t('connect.provider.copyLetter')} />
    </div>
  );
}

function Understood({ trunk, change }: { trunk: TrunkWithPlace; change: () => void }) {
  const { t, i18n } = useTranslation();
  const everywhere = trunk.applied.length > 0 && trunk.applied.every((one) => one.in_force);
  return (
    <Stack gap="md">
      <Stack gap="sm" component="ul" m={0} p={0}>
        <Line
          mark="good"
          head={<span dir="auto">{trunk.name}</span>}
          says={t('connect.provider.readAs', {
            country: countryName(trunk.country, localeOf(i18n.language)),
          })}
        />
        {trunk.source_cidrs.map((cidr) => (
          <Line
            key={cidr}
            mark="good"
            head={<code dir="ltr">{asAddress(cidr)}</code>}
            says={t('connect.provider.maySend')}
          />
        ))}
        <Line
          mark={everywhere ? 'good' : 'asked'}
          head={everywhere ? t('connect.provider.inForce') : t('connect.provider.notYet')}
        />
      </Stack>
      <Button variant="default" onClick={change}>
        {t('connect.provider.change')}
      </Button>
    </Stack>
  );
}
