import { Button, Menu, useMantineColorScheme } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { signOut, useSession } from '@/session/session';
import { IconCheck, IconUserCircle } from '@/shared/icons';
import { choose, LANGUAGES, type Language } from '@/words';
import classes from './Account.module.css';

const SCHEMES = ['auto', 'light', 'dark'] as const;

export function Account() {
  const { t, i18n } = useTranslation();
  const session = useSession();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  if (session.state !== 'in' && session.state !== 'lost') return null;
  const { name, tenant, role } = session.person;
  const chosen = (is: boolean) => (is ? <IconCheck size={16} aria-hidden /> : undefined);
  return (
    <Menu width={240} position="bottom-end">
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          c="var(--mantine-color-text)"
          aria-label={t('shell.account', { name })}
          className={classes.button}
          leftSection={<IconUserCircle size={20} stroke={1.75} aria-hidden />}
        >
          <span className={classes.name}>{name}</span>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {t('shell.accountOf', {
            tenant,
            role: t(`shell.roles.${role as 'owner'}`, { defaultValue: role }),
          })}
        </Menu.Label>
        <Menu.Divider />
        <Menu.Label>{t('shell.theme')}</Menu.Label>
        {SCHEMES.map((scheme) => (
          <Menu.Item
            key={scheme}
            onClick={() => setColorScheme(scheme)}
            rightSection={chosen(colorScheme === scheme)}
          >
            {t(`shell.${scheme}`)}
          </Menu.Item>
        ))}
        <Menu.Label>{t('shell.language')}</Menu.Label>
        {Object.entries(LANGUAGES).map(([language, word]) => (
          <Menu.Item
            key={language}
            lang={language}
            onClick={() => void choose(language as Language)}
            rightSection={chosen(i18n.language === language)}
          >
            {word}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item onClick={() => void signOut()}>{t('shell.signOut')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
