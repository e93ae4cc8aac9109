/** Times as the reader writes them: the hour today, day and hour else; the whole of it in a tooltip. */
export function shortTime(at: Date, language: string, now = new Date()): string {
  const hour: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit' };
  if (at.toDateString() === now.toDateString()) return at.toLocaleTimeString(language, hour);
  const year: Intl.DateTimeFormatOptions = at.getFullYear() === now.getFullYear() ? {} : { year: 'numeric' };
  return at.toLocaleString(language, { day: 'numeric', month: 'short', ...year, ...hour });
}

export function wholeTime(at: Date, language: string): string {
  return at.toLocaleString(language, { dateStyle: 'full', timeStyle: 'long' });
}

/** With seconds: of what changes from one to the next. */
export function exactTime(at: number, language: string): string {
  return new Date(at).toLocaleTimeString(language, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
}

/** "8 seconds ago", "2 minutes ago". */
export function ago(ms: number, language: string): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const [count, unit]: [number, Intl.RelativeTimeFormatUnit] =
    seconds < 90 ? [seconds, 'second'] : [Math.round(seconds / 60), 'minute'];
  return new Intl.RelativeTimeFormat(language, { numeric: 'always' }).format(-count, unit);
}

/** How long something lasts, as a telephone shows it: "0:08", "1:02:09". */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (count: number) => String(count).padStart(2, '0');
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** With milliseconds: two things of the same second have an order. */
export function preciseTime(at: string, language: string): string {
  return new Date(at).toLocaleTimeString(language, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
  });
}
