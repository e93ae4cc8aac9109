/**
 * What was typed and not sent outlives a reload: in this tab, until it is sent or given up. Never for secrets,
 * and for the one person who typed it: another one who signs in in the same tab finds nothing of it.
 */
const DRAFT = 'keepline-draft:';
const WHOSE = 'keepline-drafts-of';

export function draftOf<T>(name: string, otherwise: T): T {
  try {
    const kept = sessionStorage.getItem(DRAFT + name);
    return kept ? (JSON.parse(kept) as T) : otherwise;
  } catch {
    return otherwise;
  }
}

/** A tab has room for some 5 MB: what is longer is not kept, and the form goes on. */
export function keepDraft(name: string, typed: unknown) {
  try {
    sessionStorage.setItem(DRAFT + name, JSON.stringify(typed));
  } catch {
    forgetDraft(name);
  }
}

export const forgetDraft = (name: string) => sessionStorage.removeItem(DRAFT + name);

/** person: who is signed in; "": nobody, who has no drafts. */
export function draftsAreOf(person: string) {
  if (person && sessionStorage.getItem(WHOSE) === person) return;
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith(DRAFT)) sessionStorage.removeItem(key);
  }
  sessionStorage.setItem(WHOSE, person);
}
