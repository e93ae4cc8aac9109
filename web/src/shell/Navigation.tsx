import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { IconHash, IconRouteAltLeft } from '@/shared/icons';
import classes from './Navigation.module.css';

/** Only what there is. */
const PLACES = [
  { to: '/numbers', word: 'shell.numbers', Icon: IconHash },
  { to: '/trunks', word: 'shell.trunks', Icon: IconRouteAltLeft },
] as const;

export function Navigation() {
  const { t } = useTranslation();
  return (
    <nav className={classes.nav} aria-label={t('shell.navigation')}>
      {PLACES.map(({ to, word, Icon }) => (
        <Link key={to} to={to} className={classes.place} activeProps={{ className: classes.here }}>
          <Icon size={20} stroke={1.75} aria-hidden />
          <span>{t(word)}</span>
        </Link>
      ))}
    </nav>
  );
}
