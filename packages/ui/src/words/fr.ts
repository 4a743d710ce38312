import type { Words } from '../say.ts';

export const fr: Words = {
  language: 'Langue',
  loading: 'Chargement',
  context: 'Pour {app}',
  contextUser: 'Pour {app}, en tant que {user}',
  from: 'Demande venant des environs de {place}',

  beginTitle: 'Se connecter à {app}',
  beginText: 'Votre clé d’accès dit qui vous êtes. Ni nom d’utilisateur ni mot de passe.',
  beginUse: 'Se connecter avec une clé d’accès',
  chooseTitle: 'Comment voulez-vous confirmer que c’est vous ?',
  chooseNone: 'Vous n’avez encore aucun moyen de confirmer que c’est vous.',

  kindPasskey: 'Clé d’accès ou clé de sécurité',
  kindPhone: 'Demande sur votre téléphone',
  kindApp: 'Code d’une application d’authentification',
  kindToken: 'Code d’un générateur de codes',
  kindSms: 'Code par SMS',
  kindVoice: 'Code par appel téléphonique',
  kindEmail: 'Code par e-mail',
  kindWhatsapp: 'Code par WhatsApp',
  kindOther: 'Un autre moyen',

  codeTitle: 'Saisissez le code',
  codeSent: 'Nous l’avons envoyé à {target}.',
  codeCall: 'Nous appelons {target}.',
  codeApp: 'Ouvrez votre application d’authentification pour le voir.',
  codeToken: 'Votre générateur de codes l’affiche.',
  codePhone: 'Ouvrez l’authentificateur sur {device} pour le voir.',
  codeLabel: 'Code',
  codeCheck: 'Continuer',
  codeResend: 'Envoyer un nouveau code',
  codeRecall: 'Rappeler',
  codeResent: 'Un nouveau code arrive à {target}. Les anciens ne sont plus valables.',
  codeEmpty: 'Saisissez d’abord le code.',

  pushTitle: 'Confirmez sur votre téléphone',
  pushSent: 'Nous avons envoyé une demande à {device}. Ouvrez-la sur cet appareil.',
  pushSelect: 'Touchez-y ce nombre :',
  pushType: 'Saisissez-y ce nombre :',
  pushAgain: 'Envoyer à nouveau',
  pushResent: 'Nous avons renvoyé la demande. L’ancienne n’est plus valable.',
  pushCode: 'Saisir plutôt un code',
  lateTitle: 'Personne n’a répondu sur votre téléphone',
  lateText: 'Rien n’est perdu. Renvoyez la demande ou choisissez un autre moyen.',

  passkeyTitle: 'Confirmez avec votre clé d’accès',
  passkeyText:
    'Votre navigateur demande votre empreinte, votre visage, un code PIN ou votre clé de sécurité.',
  passkeyUse: 'Utiliser la clé d’accès',
  passkeyWait: 'Suivez votre navigateur.',
  passkeyStopped:
    'La clé d’accès n’a pas été utilisée. Rien n’est perdu : réessayez ou choisissez un autre moyen.',
  passkeyMissing:
    'Ce navigateur ne sait pas utiliser les clés d’accès. Ouvrez la page dans un autre.',

  other: 'Autres options',
  help: 'Aucun de ces moyens ne convient ?',
  helpTitle: 'Obtenir de l’aide pour se connecter',
  helpText:
    'Adressez-vous à votre service d’assistance ou à votre administrateur. Il peut vérifier que c’est vous et vous donner un autre moyen.',
  helpTell: 'Donnez-lui :',
  helpApp: 'Application',
  helpUser: 'Nom d’utilisateur',
  back: 'Retour',
  cancel: 'Annuler',
  tryAgain: 'Réessayer',
  backTo: 'Revenir à {app}',

  timeLeft: 'Temps restant : {time}',
  secondsLeft: {
    one: 'Il reste {n} seconde',
    many: 'Il reste {n} de secondes',
    other: 'Il reste {n} secondes',
  },
  timeOver: 'Le temps est écoulé.',

  wrongCode: 'Ce code n’est pas le bon.',
  triesLeft: {
    one: 'Il vous reste {n} essai.',
    many: 'Il vous reste {n} d’essais.',
    other: 'Il vous reste {n} essais.',
  },
  expiredCode: 'Ce code a expiré. Demandez-en un nouveau.',
  usedCode: 'Ce code a déjà été utilisé. Attendez le suivant ou demandez-en un nouveau.',
  wrongPasskey: 'Cette clé d’accès ne convient pas ici. Essayez-en une autre.',
  expired: 'Cela a pris trop de temps. Réessayez.',
  locked:
    'Trop d’essais incorrects. Vous pourrez réutiliser ce moyen {when}, ou choisissez-en un autre.',
  lockedOpen: 'Ce moyen est bloqué après trop d’essais incorrects. Choisissez-en un autre.',
  unusable: 'Ce moyen n’est pas disponible maintenant. Choisissez-en un autre.',
  limited: 'Trop de demandes. Attendez un instant, puis réessayez.',
  unreachable:
    'Le serveur est injoignable. Rien n’est perdu. Vérifiez votre connexion et réessayez.',
  trouble: 'Cela n’a pas fonctionné. Rien n’a été modifié. Réessayez.',

  doneTitle: 'C’est bien vous',
  goingBack: 'Vous revenez à {app}.',
  cancelledTitle: 'Vous avez arrêté la connexion',
  deniedTitle: 'La demande a été refusée sur votre téléphone',
  deniedText:
    'Vous n’êtes pas connecté. Si c’était une erreur, revenez à {app} et connectez-vous à nouveau.',
  mismatchTitle: 'Un mauvais nombre a été choisi sur votre téléphone',
  mismatchText:
    'Vous n’êtes pas connecté. Revenez à {app}, connectez-vous à nouveau et comparez le nombre.',
  fraudTitle: 'La demande a été signalée',
  fraudText: 'Personne n’a été connecté, et votre administrateur voit le signalement.',
  limitTitle: 'Trop d’essais incorrects',
  limitText: 'Vous n’êtes pas connecté. Revenez à {app} et connectez-vous à nouveau.',
  userLockedTitle: 'Votre compte est bloqué',
  userLockedText:
    'Rien n’est perdu. Votre service d’assistance ou votre administrateur peut le débloquer.',
  userDisabledTitle: 'Votre compte est désactivé',
  userDisabledText: 'Votre service d’assistance ou votre administrateur peut l’activer.',
  noneTitle: 'Aucun de vos moyens n’est disponible maintenant',
  noneText:
    'Attendez quelques minutes et connectez-vous à nouveau, ou adressez-vous à votre service d’assistance ou à votre administrateur.',
  failedTitle: 'Vous n’êtes pas connecté',
  failedText: 'Rien n’a été modifié. Revenez à {app} et connectez-vous à nouveau.',
  goneTitle: 'Cette connexion est terminée',
  goneText:
    'Elle a pris fin, a attendu trop longtemps ou a commencé dans un autre navigateur. Revenez à l’application et connectez-vous à nouveau.',
  emptyTitle: 'Aucune connexion en cours',
  emptyText:
    'Cette page s’ouvre d’elle-même quand une application vous demande de vous connecter. Commencez dans l’application.',
};
