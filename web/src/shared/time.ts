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
