import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { MediaAddressBody, PublicAddressesBody, SipAddressBody } from '@/api/generated/api.schemas';
import { getGetPublicAddressesUrl, useGetPublicAddresses } from '@/api/generated/network';
import { textOf } from '@/api/request';
import { Card } from '@/shared/Card';
import { PageHead } from '@/shared/PageHead';
import { Read } from '@/shared/Read';
import { type Column, Rows } from '@/shared/Rows';
import { When } from '@/shared/When';
import { SettingsTabs } from './SettingsTabs';
import { Taken } from './Taken';

/** What a firewall has to let through, to look at and to take along. */
export function Addresses() {
  const { t } = useTranslation();
  const addresses = useGetPublicAddresses();
  return (
    <>
      <PageHead title={t('settings.title')} sentence={t('settings.addressesSentence')} />
      <SettingsTabs value="addresses" />
      <Read query={addresses}>{(known) => <Known addresses={known} />}</Read>
    </>
  );
}

function Known({ addresses }: { addresses: PublicAddressesBody }) {
  const { t } = useTranslation();
  const url = getGetPublicAddressesUrl();
  const lines = useQuery({ queryKey: [url, 'lines'], queryFn: ({ signal }) => textOf(url, { signal }) });
  return (
    <Stack gap="md">
      <Places addresses={addresses} />
      <Read query={lines}>
        {(text) => <Taken title={t('settings.asLines')} text={text} name="keepline-addresses.txt" />}
      </Read>
      <Taken
        title={t('settings.asJson')}
        text={`${JSON.stringify(addresses, null, 2)}\n`}
        name="keepline-addresses.json"
      />
    </Stack>
  );
}

type Place = { what: string; host: string; transport: string; ports: string };

function Places({ addresses }: { addresses: PublicAddressesBody }) {
  const { t } = useTranslation();
  const { sip, media, effective_at, version, domain_zone } = addresses;
  const calls = ({ host, port, transport }: SipAddressBody): Place => ({
    what: t('settings.calls'),
    host,
    transport,
    ports: String(port),
  });
  const speech = ({ host, ports, transport }: MediaAddressBody): Place => ({
    what: t('settings.speech'),
    host,
    transport,
    ports,
  });
  const places = [...sip.map(calls), ...media.map(speech)];
  const columns: Column<Place>[] = [
    { key: 'what', head: t('settings.forWhat'), cell: (one) => one.what },
    { key: 'host', head: t('settings.host'), cell: (one) => <code dir="ltr">{one.host}</code> },
    { key: 'transport', head: t('settings.transport'), cell: (one) => one.transport.toUpperCase() },
    { key: 'ports', head: t('settings.ports'), end: true, cell: (one) => <code dir="ltr">{one.ports}</code> },
  ];
  const keyOf = (one: Place) => `${one.what} ${one.host} ${one.transport} ${one.ports}`;
  return (
    <Card title={t('settings.places')} hint={t('settings.placesHint')}>
      <Rows label={t('settings.places')} items={places} columns={columns} keyOf={keyOf} />
      <Text size="xs" c="dimmed" mt="sm">
        {t('settings.zone')} <code dir="ltr">{`*.${domain_zone}`}</code>
      </Text>
      <Text size="xs" c="dimmed">
        {t('settings.version')} <code>{version}</code>{' '}
        {effective_at && (
          <>
            {t(Date.parse(effective_at) > Date.now() ? 'settings.from' : 'settings.since')}{' '}
            <When at={effective_at} />
          </>
        )}
      </Text>
    </Card>
  );
}
