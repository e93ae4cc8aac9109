import { Anchor } from '@mantine/core';
import { Outlet } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Account } from './Account';
import { Mark } from './Mark';
import { ConnectLink, Navigation } from './Navigation';
import classes from './Shell.module.css';

/** Left navigation; below 1024 px icons with a small word, below 640 px a bar at the bottom. */
export function Shell() {
  const { t } = useTranslation();
  return (
    <div className={classes.shell}>
      <Anchor href="#content" className={classes.skip}>
        {t('shell.skip')}
      </Anchor>
      <header className={classes.head}>
        <Mark />
        <ConnectLink inHead />
        <Account />
      </header>
      <Navigation />
      <main id="content" className={classes.main} tabIndex={-1}>
        <div className={classes.content}>
          <Outlet />
        </div>
      </main>
    </div>
  );
}
