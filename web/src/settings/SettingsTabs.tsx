import { Tabs } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';

const PLACES = {
  keys: '/settings/keys',
  audit: '/settings/audit',
  addresses: '/settings/addresses',
} as const;

export function SettingsTabs({ value }: { value: keyof typeof PLACES }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  return (
    <Tabs
      value={value}
      onChange={(next) => void navigate({ to: PLACES[next as keyof typeof PLACES] })}
      mb="md"
    >
      <Tabs.List>
        <Tabs.Tab value="keys">{t('settings.keys')}</Tabs.Tab>
        <Tabs.Tab value="audit">{t('settings.audit')}</Tabs.Tab>
        <Tabs.Tab value="addresses">{t('settings.addresses')}</Tabs.Tab>
      </Tabs.List>
    </Tabs>
  );
}
