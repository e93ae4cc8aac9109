/** The provider as this step has it. */
import * as z from 'zod/mini';
import type { TrunkBody, TrunkToCreate } from '@/api/generated/api.schemas';
import type { Places } from '@/shared/atFields';
import { sourcesOf } from './judged';
import { networksIn } from './networks';

export const shape = z.object({
  name: z.string().check(z.minLength(1, 'required')),
  country: z.string().check(z.minLength(1, 'required')),
  sources: z.string().check(z.refine((text) => sourcesOf(networksIn(text)).length > 0, 'required')),
});

export type ProviderValues = z.infer<typeof shape>;

export const PLACES: Places = { '/name': 'name', '/country': 'country', '/source_cidrs': 'sources' };

/** The country of the reader's language, as a proposal. */
const proposed = () => new Intl.Locale(navigator.language).maximize().region ?? '';

export function valuesOf(trunk: TrunkBody | undefined): ProviderValues {
  if (!trunk) return { name: '', country: proposed(), sources: '' };
  return { name: trunk.name, country: trunk.country, sources: trunk.source_cidrs.join('\n') };
}

export function toSend({ name, country, sources }: ProviderValues): TrunkToCreate {
  return {
    name: name.trim(),
    country: country as TrunkToCreate['country'],
    source_cidrs: sourcesOf(networksIn(sources)),
  };
}
