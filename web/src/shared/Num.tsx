import { parsePhoneNumberFromString } from 'libphonenumber-js/min';

/** As its country writes it; E.164 in the tooltip. */
export function Num({ e164 }: { e164: string }) {
  const parsed = parsePhoneNumberFromString(e164);
  return (
    <span dir="ltr" title={e164} style={{ whiteSpace: 'nowrap' }}>
      {parsed ? parsed.formatInternational() : e164}
    </span>
  );
}
