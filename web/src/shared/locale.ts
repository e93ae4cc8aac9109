/** How the reader writes times and numbers: as the browser says where it speaks the chosen language. */
const OTHERWISE: Record<string, string> = { en: 'en-GB', de: 'de-DE' };

export function localeOf(language: string, browser: string = navigator.language): string {
  return browser.split('-')[0] === language ? browser : (OTHERWISE[language] ?? language);
}
