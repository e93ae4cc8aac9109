/** Whether a change that was meant for one version may be made to a newer one: nobody touched the same fields. */
export function stillFits<T extends object>(patch: object, base: T, current: T): boolean {
  const same = (name: string) =>
    JSON.stringify(base[name as keyof T]) === JSON.stringify(current[name as keyof T]);
  return Object.keys(patch).every(same);
}
