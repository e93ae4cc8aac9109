import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useMayChange, useOperates } from '@/session/rights';
import {
  IconChartBar,
  IconHash,
  IconHeadset,
  IconLayoutDashboard,
  IconPhoneCall,
  IconPlus,
  IconRouteAltLeft,
  IconSettings,
} from '@/shared/icons';
import classes from './Navigation.module.css';

/** Only what there is. */
const TENANTS = [
  { to: '/', word: 'shell.dashboard', Icon: IconLayoutDashboard },
  { to: '/calls', word: 'shell.calls', Icon: IconPhoneCall },
  { to: '/numbers', word: 'shell.numbers', Icon: IconHash },
  { to: '/trunks', word: 'shell.trunks', Icon: IconRouteAltLeft },
  { to: '/answering', word: 'shell.answering', Icon: IconHeadset },
  { to: '/settings', word: 'shell.settings', Icon: IconSettings },
] as const;

// the services refuse an operator what is a tenant's
const OPERATORS = [{ to: '/onboardings', word: 'shell.onboardings', Icon: IconChartBar }] as const;

export function Navigation() {
  const { t } = useTranslation();
  const places = useOperates() ? OPERATORS : TENANTS;
  return (
    <nav className={classes.nav} aria-label={t('shell.navigation')}>
      <ConnectLink />
      {places.map(({ to, word, Icon }) => (
        <Link
          key={to}
          to={to}
          className={classes.place}
          activeProps={{ className: classes.here }}
          activeOptions={{ exact: to === '/' }}
        >
          <Icon size={20} stroke={1.75} aria-hidden />
          <span>{t(word)}</span>
        </Link>
      ))}
    </nav>
  );
}

/** The one thing that most people come for; in the head where the navigation is a bar. */
export function ConnectLink({ inHead = false }: { inHead?: boolean }) {
  const { t } = useTranslation();
  if (!useMayChange()) return null;
  return (
    <Link
      to="/connect"
      className={classes.connect}
      data-in-head={inHead || undefined}
      aria-label={t('shell.connect')}
    >
      <IconPlus size={20} stroke={1.75} aria-hidden />
      <span>{t(inHead ? 'shell.connectShort' : 'shell.connect')}</span>
    </Link>
  );
}
