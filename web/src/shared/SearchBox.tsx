import { TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import { IconSearch } from '@/shared/icons';

// milliseconds after the last key
const QUIET = 250;

export function SearchBox({ value, onChange }: { value?: string; onChange: (value: string) => void }) {
  const { t } = useTranslation();
  const changed = useDebouncedCallback(onChange, QUIET);
  return (
    <TextInput
      type="search"
      maw={320}
      defaultValue={value}
      aria-label={t('shared.search')}
      placeholder={t('shared.search')}
      leftSection={<IconSearch size={16} aria-hidden />}
      onChange={(event) => changed(event.currentTarget.value.trim())}
    />
  );
}
