import { TrunkToCreateCountry } from '@/api/generated/api.schemas';

/** All that the API takes, by their names in the reader's language. */
export function countries(language: string): { value: string; label: string }[] {
  const names = new Intl.DisplayNames([language], { type: 'region' });
  return Object.values(TrunkToCreateCountry)
    .map((code) => ({ value: code as string, label: `${names.of(code) ?? code} (${code})` }))
    .sort((one, other) => one.label.localeCompare(other.label, language));
}

export function countryName(code: string, language: string): string {
  return new Intl.DisplayNames([language], { type: 'region' }).of(code) ?? code;
}
