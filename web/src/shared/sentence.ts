/** The services' words begin small and end without a point. */
export function sentence(words: string): string {
  const text = words.trim();
  if (!text) return '';
  return `${text[0]?.toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}
