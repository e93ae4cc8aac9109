import type { english } from '..';
import numbers from './numbers.json';
import session from './session.json';
import shared from './shared.json';
import shell from './shell.json';
import trunks from './trunks.json';

export const german: typeof english = { shell, session, shared, numbers, trunks };
