/** English words that come with these screens and not with the first one; German has them with the others. */
import i18next from 'i18next';
import connect from '@/words/en/connect.json';

i18next.addResourceBundle('en', 'translation', { connect }, true);
