import { Select } from '@mantine/core';
import { useTranslation } from 'react-i18next';

type Props = {
  label: string;
  data: { value: string; label: string }[];
  value: string | undefined;
  onChange: (value: string | undefined) => void;
};

/** One of the conditions above a list; empty, it lets everything through. */
export function Filter({ label, data, value, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <Select
      label={label}
      placeholder={t('shared.any')}
      data={data}
      value={value ?? null}
      onChange={(chosen) => onChange(chosen ?? undefined)}
      clearable
      clearButtonProps={{ 'aria-label': t('shared.clear', { what: label }) }}
      searchable
      flex="1 1 180px"
      maw={320}
    />
  );
}
