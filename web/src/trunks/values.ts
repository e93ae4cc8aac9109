/** The trunk as its form has it: lines of text, numbers as they are typed. What is right is the service's to say. */
import * as z from 'zod/mini';
import type { TrunkBody, TrunkPatch, TrunkToCreate } from '@/api/generated/api.schemas';
import type { Places } from '@/shared/atFields';

export const shape = z.object({
  name: z.string().check(z.minLength(1, 'required')),
  country: z.string().check(z.minLength(1, 'required')),
  sources: z.string(),
  endpoints: z.array(
    z.object({
      host: z.string().check(z.minLength(1, 'required')),
      port: z.string(),
      transport: z.string(),
    }),
  ),
  label: z.string(),
  enabled: z.boolean(),
});

export type TrunkValues = z.infer<typeof shape>;

export const EMPTY_ENDPOINT = { host: '', port: '5060', transport: 'udp' };

export const PLACES: Places = {
  '/name': 'name',
  '/country': 'country',
  '/source_cidrs/*': 'sources',
  '/source_cidrs': 'sources',
  '/endpoints/#': 'endpoints',
  '/endpoints': 'endpoints',
  '/domain_label': 'label',
  '/enabled': 'enabled',
};

export function blank(country: string): TrunkValues {
  return { name: '', country, sources: '', endpoints: [], label: '', enabled: true };
}

export function valuesOf(trunk: TrunkBody): TrunkValues {
  return {
    name: trunk.name,
    country: trunk.country,
    sources: trunk.source_cidrs.join('\n'),
    endpoints: trunk.endpoints.map(({ host, port, transport }) => ({
      host,
      port: port === undefined ? '' : String(port),
      transport: transport ?? 'udp',
    })),
    label: '',
    enabled: trunk.enabled,
  };
}

/** One a line; commas and semicolons end a line too, as they do in mails of providers. */
export const linesOf = (text: string): string[] =>
  text
    .split(/[\n,;]+/)
    .map((line) => line.trim())
    .filter(Boolean);

/** Digits as a number, whatever else as it was typed: the service says what is wrong with it. */
const portOf = (text: string) => (/^\d+$/.test(text.trim()) ? Number(text) : text.trim()) as number;

function common(values: TrunkValues) {
  return {
    name: values.name,
    country: values.country as TrunkToCreate['country'],
    source_cidrs: linesOf(values.sources),
    endpoints: values.endpoints.map(({ host, port, transport }) => ({
      host: host.trim(),
      transport: transport as 'udp',
      ...(port.trim() && { port: portOf(port) }),
    })),
  };
}

export function toCreate(values: TrunkValues): TrunkToCreate {
  const label = values.label.trim();
  return { ...common(values), ...(label && { domain_label: label }) };
}

export const toPatch = (values: TrunkValues): TrunkPatch => ({ ...common(values), enabled: values.enabled });
