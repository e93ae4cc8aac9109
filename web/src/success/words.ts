/** English words that come with this screen and not with the first one; German has them with the others. */
import '@/connect/words';
import i18next from 'i18next';
import success from '@/words/en/success.json';

i18next.addResourceBundle('en', 'translation', { success }, true);
