/** What a person sends to the provider, word for word. */
import type { TFunction } from 'i18next';
import type { PublicAddressesBody, TrunkBody } from '@/api/generated/api.schemas';
import { addressOf } from '@/trunks/says';

const EXAMPLE = '+442079460123';

export const sipOf = ({ host, port, transport }: PublicAddressesBody['sip'][number]) =>
  `${addressOf({ host, port })} ${transport}`;

export const mediaOf = ({ host, ports, transport }: PublicAddressesBody['media'][number]) =>
  `${host} ${ports} ${transport}`;

export function letter(t: TFunction, trunk: TrunkBody, addresses: PublicAddressesBody): string {
  const list = (lines: string[]) => lines.map((line) => `  ${line}`).join('\n');
  const parts = [
    t('connect.letter.hello', { name: trunk.name }),
    t('connect.letter.ask'),
    `${t('connect.letter.domain')}\n${list([trunk.domain, `sip:${EXAMPLE}@${trunk.domain}`])}`,
    `${t('connect.letter.sip')}\n${list(addresses.sip.map(sipOf))}`,
    `${t('connect.letter.media')}\n${list(addresses.media.map(mediaOf))}`,
    t('connect.letter.form'),
    `${t('connect.letter.sources')}\n${list(trunk.source_cidrs)}`,
    t('connect.letter.thanks'),
  ];
  return parts.join('\n\n');
}
