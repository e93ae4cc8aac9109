import { Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { getCreateTrunkUrl } from '@/api/generated/trunks';
import { Refused, type Violation } from '@/api/problem';
import { validated } from '@/api/validate';
import { countryName } from '@/shared/countries';
import { localeOf } from '@/shared/locale';
import { serviceSays } from '@/shared/serviceWords';
import { Line } from '../Line';
import { type Judged, judged, sourcesOf } from './judged';
import { around, extent, type Found, networksIn } from './networks';
import type { ProviderValues } from './values';

// milliseconds after the last key
const QUIET = 300;

/** Each network as the service takes it, or why it does not. */
export function ProviderUnderstood({ values }: { values: ProviderValues }) {
  const { t, i18n } = useTranslation();
  const found = networksIn(values.sources);
  const violations = useViolations(found, values.country);
  const lines = judged(found, violations);
  return (
    <Stack gap="md" aria-live="polite">
      {values.name.trim() && values.country && (
        <Text dir="auto">
          {t('connect.provider.isCalled', {
            name: values.name.trim(),
            country: countryName(values.country, localeOf(i18n.language)),
          })}
        </Text>
      )}
      {lines.length === 0 && <Text c="dimmed">{t('connect.provider.noneYet')}</Text>}
      <Stack gap="sm" component="ul" m={0} p={0}>
        {lines.map((line) => (
          <Network key={line.cidr} line={line} />
        ))}
      </Stack>
    </Stack>
  );
}

function useViolations(found: Found[], country: string): Violation[] | undefined {
  const [sources] = useDebouncedValue(sourcesOf(found).join('\n'), QUIET);
  const asking = useQuery({
    queryKey: ['sources', sources, country],
    queryFn: ({ signal }) => violationsOf(sources.split('\n'), country, signal),
    enabled: sources !== '',
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: keepPreviousData,
  });
  // of another list than the one that is shown
  return sources === sourcesOf(found).join('\n') && !asking.isPlaceholderData ? asking.data : undefined;
}

/** By a trunk that is not made; only what is said of its networks counts here. */
async function violationsOf(source_cidrs: string[], country: string, signal: AbortSignal) {
  const body = { name: '-', country: (country || 'US') as 'US', source_cidrs };
  try {
    await validated('POST', getCreateTrunkUrl(), body, { signal });
    return [];
  } catch (refusal) {
    if (refusal instanceof Refused && refusal.problem.errors.length) return refusal.problem.errors;
    throw refusal;
  }
}

function Network({ line }: { line: Judged }) {
  const { t, i18n } = useTranslation();
  const size = extent(line.cidr);
  const address = (
    <code dir="ltr">{line.verdict === 'bad' ? line.written : (around(line.cidr) ?? line.cidr)}</code>
  );
  if (line.verdict === 'name')
    return <Line mark="warn" head={<code dir="ltr">{line.cidr}</code>} says={t('connect.provider.isName')} />;
  if (line.verdict === 'bad' && line.violation) {
    const { what, repair, lang } = serviceSays(
      line.violation.code,
      line.violation.detail,
      line.violation.hint,
    );
    return (
      <Line mark="bad" head={address} says={`${what} ${repair}`} lang={lang} code={line.violation.code} />
    );
  }
  const many = size && size.count > 1;
  const says = many
    ? t('connect.provider.addresses', {
        count: size.count,
        written: size.count.toLocaleString(localeOf(i18n.language)),
        first: size.first,
        last: size.last,
      })
    : size
      ? t('connect.provider.oneAddress')
      : t('connect.provider.network6');
  return <Line mark={line.verdict === 'good' ? 'good' : 'asked'} head={address} says={says} />;
}
