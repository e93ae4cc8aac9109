import { Select, type SelectProps } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { countries } from './countries';
import { localeOf } from './locale';

type Props = Omit<SelectProps, 'data' | 'onChange'> & { onChange: (country: string) => void };

/** In the reader's language, to be searched. */
export function CountrySelect({ onChange, ...others }: Props) {
  const { i18n } = useTranslation();
  const data = countries(localeOf(i18n.language));
  return <Select searchable required data={data} {...others} onChange={(one) => onChange(one ?? '')} />;
}
