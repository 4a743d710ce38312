import type { Words } from '../say.ts';

export const de: Words = {
  language: 'Sprache',
  loading: 'Wird geladen',
  context: 'Für {app}',
  contextUser: 'Für {app}, als {user}',
  from: 'Angefragt aus der Nähe von {place}',

  beginTitle: 'Bei {app} anmelden',
  beginText: 'Ihr Passkey sagt, wer Sie sind. Sie brauchen weder Benutzernamen noch Kennwort.',
  beginUse: 'Mit Passkey anmelden',
  chooseTitle: 'Wie möchten Sie bestätigen, dass Sie es sind?',
  chooseNone: 'Sie können noch auf keine Art bestätigen, dass Sie es sind.',

  kindPasskey: 'Passkey oder Sicherheitsschlüssel',
  kindPhone: 'Anfrage auf Ihrem Telefon',
  kindApp: 'Code aus einer Authenticator-App',
  kindToken: 'Code aus einem Codegenerator',
  kindSms: 'Code per SMS',
  kindVoice: 'Code per Anruf',
  kindEmail: 'Code per E-Mail',
  kindWhatsapp: 'Code per WhatsApp',
  kindOther: 'Ein anderer Weg',

  codeTitle: 'Code eingeben',
  codeSent: 'Wir haben ihn an {target} gesendet.',
  codeCall: 'Wir rufen {target} an.',
  codeApp: 'Öffnen Sie Ihre Authenticator-App, um ihn zu sehen.',
  codeToken: 'Ihr Codegenerator zeigt ihn an.',
  codePhone: 'Öffnen Sie den Authenticator auf {device}, um ihn zu sehen.',
  codeLabel: 'Code',
  codeCheck: 'Weiter',
  codeResend: 'Neuen Code senden',
  codeRecall: 'Noch einmal anrufen',
  codeResent: 'Ein neuer Code ist unterwegs an {target}. Ältere gelten nicht mehr.',
  codeEmpty: 'Geben Sie zuerst den Code ein.',

  pushTitle: 'Auf dem Telefon bestätigen',
  pushSent: 'Wir haben eine Anfrage an {device} gesendet. Öffnen Sie sie dort.',
  pushSelect: 'Tippen Sie dort auf diese Zahl:',
  pushType: 'Geben Sie dort diese Zahl ein:',
  pushAgain: 'Noch einmal senden',
  pushResent: 'Wir haben die Anfrage noch einmal gesendet. Die ältere gilt nicht mehr.',
  pushCode: 'Stattdessen Code eingeben',
  lateTitle: 'Auf Ihrem Telefon hat niemand geantwortet',
  lateText:
    'Nichts ist verloren. Senden Sie die Anfrage noch einmal, oder wählen Sie einen anderen Weg.',

  passkeyTitle: 'Mit Ihrem Passkey bestätigen',
  passkeyText:
    'Ihr Browser fragt nach Fingerabdruck, Gesicht, PIN oder nach Ihrem Sicherheitsschlüssel.',
  passkeyUse: 'Passkey verwenden',
  passkeyWait: 'Folgen Sie Ihrem Browser.',
  passkeyStopped:
    'Der Passkey wurde nicht verwendet. Nichts ist verloren: Versuchen Sie es noch einmal, oder wählen Sie einen anderen Weg.',
  passkeyMissing:
    'Dieser Browser kann keine Passkeys verwenden. Öffnen Sie die Seite in einem anderen.',

  other: 'Andere Möglichkeiten',
  help: 'Nichts davon geht?',
  helpTitle: 'Hilfe bei der Anmeldung',
  helpText:
    'Fragen Sie Ihren Helpdesk oder Ihre Administration. Dort kann man prüfen, dass Sie es sind, und Ihnen einen anderen Weg geben.',
  helpTell: 'Sagen Sie dort:',
  helpApp: 'App',
  helpUser: 'Benutzername',
  back: 'Zurück',
  cancel: 'Abbrechen',
  tryAgain: 'Noch einmal versuchen',
  backTo: 'Zurück zu {app}',

  timeLeft: 'Verbleibende Zeit: {time}',
  secondsLeft: { one: 'Noch {n} Sekunde', other: 'Noch {n} Sekunden' },
  timeOver: 'Die Zeit ist um.',

  wrongCode: 'Dieser Code stimmt nicht.',
  triesLeft: { one: 'Sie haben noch {n} Versuch.', other: 'Sie haben noch {n} Versuche.' },
  expiredCode: 'Dieser Code ist abgelaufen. Holen Sie sich einen neuen.',
  usedCode:
    'Dieser Code wurde schon verwendet. Warten Sie auf den nächsten, oder holen Sie sich einen neuen.',
  wrongPasskey: 'Dieser Passkey passt hier nicht. Versuchen Sie einen anderen.',
  expired: 'Das hat zu lange gedauert. Versuchen Sie es noch einmal.',
  locked:
    'Zu viele falsche Versuche. Sie können dies {when} wieder verwenden oder einen anderen Weg wählen.',
  lockedOpen: 'Nach zu vielen falschen Versuchen ist dies gesperrt. Wählen Sie einen anderen Weg.',
  unusable: 'Dies geht im Moment nicht. Wählen Sie einen anderen Weg.',
  limited: 'Zu viele Anfragen. Warten Sie einen Moment, und versuchen Sie es dann noch einmal.',
  unreachable:
    'Der Server ist nicht zu erreichen. Nichts ist verloren. Prüfen Sie Ihre Verbindung, und versuchen Sie es noch einmal.',
  trouble: 'Das ging nicht. Nichts wurde geändert. Versuchen Sie es noch einmal.',

  doneTitle: 'Sie sind es',
  goingBack: 'Es geht zurück zu {app}.',
  cancelledTitle: 'Sie haben die Anmeldung abgebrochen',
  deniedTitle: 'Die Anfrage wurde auf Ihrem Telefon abgelehnt',
  deniedText:
    'Sie sind nicht angemeldet. Wenn das ein Versehen war, gehen Sie zurück zu {app}, und melden Sie sich noch einmal an.',
  mismatchTitle: 'Auf Ihrem Telefon wurde eine falsche Zahl gewählt',
  mismatchText:
    'Sie sind nicht angemeldet. Gehen Sie zurück zu {app}, melden Sie sich noch einmal an, und vergleichen Sie die Zahl.',
  fraudTitle: 'Die Anfrage wurde gemeldet',
  fraudText: 'Niemand wurde angemeldet, und Ihre Administration sieht die Meldung.',
  limitTitle: 'Zu viele falsche Versuche',
  limitText:
    'Sie sind nicht angemeldet. Gehen Sie zurück zu {app}, und melden Sie sich noch einmal an.',
  userLockedTitle: 'Ihr Konto ist gesperrt',
  userLockedText:
    'Nichts ist verloren. Ihr Helpdesk oder Ihre Administration kann es wieder freigeben.',
  userDisabledTitle: 'Ihr Konto ist ausgeschaltet',
  userDisabledText: 'Ihr Helpdesk oder Ihre Administration kann es einschalten.',
  noneTitle: 'Im Moment geht keiner Ihrer Wege',
  noneText:
    'Warten Sie einige Minuten, und melden Sie sich noch einmal an, oder fragen Sie Ihren Helpdesk oder Ihre Administration.',
  failedTitle: 'Sie sind nicht angemeldet',
  failedText:
    'Nichts wurde geändert. Gehen Sie zurück zu {app}, und melden Sie sich noch einmal an.',
  goneTitle: 'Diese Anmeldung ist vorbei',
  goneText:
    'Sie ist beendet, hat zu lange gewartet oder begann in einem anderen Browser. Gehen Sie zurück zur App, und melden Sie sich noch einmal an.',
  emptyTitle: 'Hier gibt es nichts anzumelden',
  emptyText:
    'Diese Seite öffnet sich von selbst, wenn eine App Sie zur Anmeldung auffordert. Beginnen Sie in der App.',
};
