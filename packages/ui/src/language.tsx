/** The language of a page: the browser's at first, changed in place, remembered by the browser. */
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import { I18nProvider } from 'react-aria-components/I18nProvider';
import { chooseLanguage, directionOf, LANGUAGES, type Language, wordsOf } from './languages.ts';
import { type Say, sayIn } from './say.ts';

interface Spoken {
  language: Language;
  say: Say;
  setLanguage(language: Language): void;
}

const Context = createContext<Spoken | undefined>(undefined);

export function useLanguage(): Spoken {
  const spoken = useContext(Context);
  if (!spoken) throw new Error('Only below LanguageProvider.');
  return spoken;
}

const STORED = 'countersign.language';

/** A browser may refuse to remember; then the language is chosen anew on each page. */
const memory = {
  read() {
    try {
      return localStorage.getItem(STORED) ?? undefined;
    } catch {
      return undefined;
    }
  },
  write(language: Language) {
    try {
      localStorage.setItem(STORED, language);
    } catch {}
  },
};

function wanted(): Language {
  const stored = memory.read();
  return chooseLanguage([...(stored === undefined ? [] : [stored]), ...navigator.languages]);
}

/** Shows nothing until the words are there. */
export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(wanted);
  const [spoken, setSpoken] = useState<Omit<Spoken, 'setLanguage'>>();

  useEffect(() => {
    let isWanted = true;
    void wordsOf(language).then((words) => {
      if (!isWanted) return;
      document.documentElement.lang = language;
      document.documentElement.dir = directionOf(language);
      setSpoken({ language, say: sayIn(language, words) });
    });
    return () => {
      isWanted = false;
    };
  }, [language]);

  if (!spoken) return null;
  const change = (next: Language) => {
    memory.write(next);
    setLanguage(next);
  };
  return (
    <I18nProvider locale={spoken.language}>
      <Context value={{ ...spoken, setLanguage: change }}>{children}</Context>
    </I18nProvider>
  );
}

/** The browser's own list: nothing opens faster on a phone. */
export function LanguageMenu() {
  const { language, say, setLanguage } = useLanguage();
  return (
    <label className="language small quiet">
      {say('language')}
      <select value={language} onChange={({ target }) => setLanguage(target.value as Language)}>
        {Object.entries(LANGUAGES).map(([tag, name]) => (
          <option key={tag} value={tag} lang={tag}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
