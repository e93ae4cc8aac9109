import { parsePhoneNumberFromString } from 'libphonenumber-js/min';

/** As it is written abroad, with its country's spaces; what is no number stays as it is. */
export function international(e164: string): string {
  return parsePhoneNumberFromString(e164)?.formatInternational() ?? e164;
}

/** E.164 in the tooltip. */
export function Num({ e164 }: { e164: string }) {
  return (
    <span dir="ltr" title={e164} style={{ whiteSpace: 'nowrap' }}>
      {international(e164)}
    </span>
  );
}
