/** A path of this application, whatever was kept. */
export function onlyOurs(path: string): string {
  return /^\/(?![/\\])/.test(path) ? path : '/';
}
