/** A field for date and hour knows no zone: what is typed there is of the reader's own. */
export function typed(value: string): string | undefined {
  const at = new Date(value);
  return value && !Number.isNaN(at.getTime()) ? at.toISOString() : undefined;
}

export function asTyped(at: string | undefined): string {
  if (!at) return '';
  const time = new Date(at);
  const local = new Date(time.getTime() - time.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}
