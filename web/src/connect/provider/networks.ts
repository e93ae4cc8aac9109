/**
 * Addresses and networks out of whatever was pasted: a list, a mail, a page. What is right is the service's to say;
 * this only finds them, and writes a range and a mask of IPv4 as the service reads it.
 */

/** written: as it stands in the text; cidr: what is sent for it; a name is sent never. */
export type Found = { written: string; cidr: string; isName: boolean };

const BITS = 32;
const V4 = /^\d{1,3}(\.\d{1,3}){3}$/;
const LIKE_V4 = /^\d+(\.\d+){2,}(\/[\d.]*)?$/;
const LIKE_V6 = /^[0-9a-f:.]*(::|(:[0-9a-f]{1,4}){7})[0-9a-f:.]*(\/\d*)?$/i;
const NAME = /^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/i;
const RANGE = /(\d{1,3}(?:\.\d{1,3}){3})\s*[-–—]\s*(\d{1,3}(?:\.\d{1,3}){3})/g;

export function networksIn(text: string): Found[] {
  const found: Found[] = [];
  const rest = text.replace(RANGE, (written, first, last) => {
    const networks = networksOf(first, last);
    found.push(...networks.map((cidr) => ({ written, cidr, isName: false })));
    return networks.length ? ' ' : written;
  });
  for (const word of rest.split(/[\s,;|<>()"'`=]+/)) {
    const one = read(word);
    if (one) found.push(one);
  }
  return found.filter((one, place) => found.findIndex((other) => other.cidr === one.cidr) === place);
}

function read(word: string): Found | undefined {
  const bare = word
    .replace(/^(sips?|udp|tcp|tls):/i, '')
    .replace(/^\[(.*)\](:\d+)?$/, '$1')
    .replace(/[.:!?]+$/, (end) => (end.startsWith('::') ? '::' : ''));
  const host = bare.split(':').length === 2 ? bare.replace(/:\d+$/, '') : bare;
  if (LIKE_V4.test(host) || LIKE_V6.test(host)) return { written: host, cidr: host, isName: false };
  if (NAME.test(host)) return { written: host, cidr: host.toLowerCase(), isName: true };
  return undefined;
}

const numberOf = (address: string): number | undefined => {
  const parts = address.split('.').map(Number);
  return V4.test(address) && parts.every((part) => part < 256)
    ? parts.reduce((sum, part) => sum * 256 + part, 0)
    : undefined;
};

const addressOf = (value: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');

/** The fewest networks that are this range; none of one that is upside down. */
function networksOf(from: string, to: string): string[] {
  const [first, last] = [numberOf(from), numberOf(to)];
  if (first === undefined || last === undefined) return [];
  const found: string[] = [];
  for (let next = first; next <= last; ) {
    let size = 1;
    while (next % (size * 2) === 0 && next + size * 2 - 1 <= last) size *= 2;
    found.push(`${addressOf(next)}/${BITS - Math.log2(size)}`);
    next += size;
  }
  return found;
}

/** How many addresses of IPv4 a network has, from which to which; undefined of IPv6 and of what is no network. */
export function extent(cidr: string): { count: number; first: string; last: string } | undefined {
  const [address = '', length = String(BITS)] = cidr.split('/');
  const value = numberOf(address);
  const bits = Number(length);
  if (value === undefined || !/^\d+$/.test(length) || bits > BITS) return undefined;
  const count = 2 ** (BITS - bits);
  const first = value - (value % count);
  return { count, first: addressOf(first), last: addressOf(first + count - 1) };
}

/** The network that an address with a prefix is in: 203.0.113.5/28 is in 203.0.113.0/28. */
export function around(cidr: string): string | undefined {
  const found = extent(cidr);
  return found && `${found.first}/${cidr.split('/')[1] ?? BITS}`;
}
