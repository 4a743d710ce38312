import { type ReactNode, useEffect } from 'react';
import { accentTokens } from '../../../packages/ui/src/contrast.ts';
import { LanguageMenu, useLanguage } from '../../../packages/ui/src/language.tsx';
import type { Interaction, Theme } from './interaction.ts';

/** Above: whose page it is. Below: the language. Between: one question. */
export function Frame({
  interaction,
  children,
}: {
  interaction?: Interaction;
  children: ReactNode;
}) {
  const { say } = useLanguage();
  const app = interaction?.application.name;
  useAccent(interaction?.theme);
  useEffect(() => {
    // A title has no sentence whose direction would have to be kept.
    if (app !== undefined)
      document.title = say('beginTitle', { app }).replace(/[\u2068\u2069]/g, '');
  }, [app, say]);
  return (
    <>
      <header>
        <Brand {...interaction?.theme} />
      </header>
      <main>{children}</main>
      <footer>
        <LanguageMenu />
      </footer>
    </>
  );
}

function Brand({ name = 'Countersign', logo = '../favicon.svg' }: Theme) {
  return (
    <p className="brand">
      <img src={logo} alt="" width="32" height="32" />
      <strong>{name}</strong>
    </p>
  );
}

/** Which application asks, for whom, from about where. */
export function Context({ interaction }: { interaction: Interaction }) {
  const { say } = useLanguage();
  const { application, user, from } = interaction;
  const app = application.name;
  return (
    <p className="quiet">
      {user ? say('contextUser', { app, user: user.name }) : say('context', { app })}
      {from === undefined ? null : (
        <>
          <br />
          {say('from', { place: from })}
        </>
      )}
    </p>
  );
}

function useAccent(theme: Theme | undefined) {
  const accent = theme?.accent;
  useEffect(() => {
    if (accent === undefined || !/^#[0-9a-f]{6}$/i.test(accent)) return;
    for (const [name, value] of Object.entries(accentTokens(accent))) {
      document.documentElement.style.setProperty(name, value);
    }
  }, [accent]);
}
