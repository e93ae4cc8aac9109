import type { english } from '..';
import answering from './answering.json';
import calls from './calls.json';
import numbers from './numbers.json';
import session from './session.json';
import settings from './settings.json';
import shared from './shared.json';
import shell from './shell.json';
import trunks from './trunks.json';

export const german: typeof english = { shell, session, shared, calls, numbers, trunks, answering, settings };
