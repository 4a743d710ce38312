// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are placeholders of Liquid.
import type { Contents } from './content.ts';
import {
  ASKER,
  amount,
  credential,
  device,
  deviceType,
  everywhere,
  paragraphs,
  recipient,
  withOtp,
} from './parts.ts';

// A narrow space that doesn't break stands before these; SMS do without, since it would cost them
// the alphabet that has 160 characters.
const COLON = '\u202f:';
const ASK = '\u202f?';

const HELLO = 'Bonjour ${user.username},';
const NOT_ASKED = 'Si vous n’avez rien demandé, ignorez ce message.';
const TELL = 'prévenez sans tarder votre administrateur.';
const SECRET = 'Personne n’a de raison de vous demander ce code.';
const DETAILS = `${amount(`\nMontant${COLON} `)}${recipient(`\nBénéficiaire${COLON} `)}`;
const OPEN_WALLET = 'Ouvrez votre portefeuille numérique pour la consulter.';
const ACCEPT = 'Ouvrez votre portefeuille numérique pour l’accepter.';
const NEWS = 'Vous avez un nouveau message. Connectez-vous pour le lire.';
const WALLET =
  'Vous pouvez maintenant associer votre portefeuille numérique. Ouvrez-le sur votre téléphone pour le faire.';
const CREDENTIAL = credential(' «\u202f', '\u202f»');
const CREDENTIAL_IN_SMS = credential(' "', '"');

export const fr: Contents = {
  strong_authentication: {
    EMAIL: {
      subject: 'Votre code pour ${environment.name}',
      body: paragraphs(
        HELLO,
        `Utilisez ce code pour vous connecter${COLON}`,
        '${otp}',
        `Si ce n’est pas vous qui vous connectez, ${TELL} ${SECRET}`,
      ),
    },
    SMS: {
      body: '${otp} est votre code pour ${environment.name}. Ne le communiquez à personne.',
    },
    VOICE: {
      body: 'Bonjour. Votre code pour ${environment.name} est le suivant : ${otp}. Je répète, votre code est le suivant : ${otp}. Au revoir.',
    },
    PUSH: {
      subject: `Se connecter à ${ASKER}${ASK}`,
      body: 'Quelqu’un se connecte en tant que ${user.username}. N’approuvez que si c’est vous.',
    },
  },
  device_pairing: {
    EMAIL: {
      subject: 'Confirmez cette adresse pour ${environment.name}',
      body: paragraphs(
        HELLO,
        `Utilisez ce code pour enregistrer cette adresse pour vos connexions${COLON}`,
        '${otp}',
        `${NOT_ASKED} ${SECRET}`,
      ),
    },
    SMS: {
      body: '${otp} est votre code pour enregistrer ce numéro pour ${environment.name}. Ne le communiquez à personne.',
    },
    VOICE: {
      body: 'Bonjour. Pour enregistrer ce numéro pour ${environment.name}, votre code est le suivant : ${otp}. Je répète, votre code est le suivant : ${otp}. Au revoir.',
    },
    PUSH: {
      subject: `Enregistrer cet appareil${ASK}`,
      body: 'Quelqu’un enregistre un appareil pour ${user.username} auprès de ${environment.name}. N’approuvez que si c’est vous.',
    },
  },
  transaction: {
    EMAIL: {
      subject: 'Approuvez une transaction pour ${environment.name}',
      body: paragraphs(
        HELLO,
        `Une transaction attend votre approbation.${DETAILS}`,
        `${withOtp(`N’utilisez ce code que si vous voulez l’approuver${COLON}\n\n\${otp}\n\n`)}Si vous n’êtes pas à l’origine de cette transaction, ${TELL}`,
      ),
    },
    SMS: {
      body: `${withOtp('${otp} approuve', 'Veuillez approuver')} une transaction pour \${environment.name}${amount(', ')}${recipient(' pour ')}. Si elle n'est pas de vous, ne l'approuvez pas.`,
    },
    VOICE: {
      body: `Bonjour. Une transaction pour \${environment.name} attend votre approbation.${amount(' Le montant est de ', '.')}${recipient(' Le bénéficiaire est ', '.')}${withOtp(' Pour l’approuver, votre code est le suivant : ${otp}. Je répète, votre code est le suivant : ${otp}.')} Au revoir.`,
    },
    PUSH: {
      subject: `Approuver une transaction${ASK}`,
      body: `Une transaction pour \${environment.name} attend votre approbation.${DETAILS}`,
    },
  },
  new_device_paired: {
    EMAIL: {
      subject: 'Nouvel appareil enregistré pour ${environment.name}',
      body: paragraphs(
        HELLO,
        `Un nouvel appareil a été enregistré pour vos connexions.${device(`\nAppareil${COLON} `)}`,
        `Si ce n’était pas vous, ${TELL}`,
      ),
    },
    SMS: {
      body: `Un nouvel appareil${deviceType(' (', ')')} a été enregistré pour vos connexions à \${environment.name}. Si ce n'était pas vous, prévenez vite votre administrateur.`,
    },
    VOICE: {
      body: `Bonjour. Un nouvel appareil a été enregistré pour vos connexions à \${environment.name}. Si ce n’était pas vous, ${TELL} Au revoir.`,
    },
    PUSH: {
      subject: 'Nouvel appareil enregistré',
      body: `Un nouvel appareil a été enregistré pour \${user.username} auprès de \${environment.name}. Si ce n’était pas vous, ${TELL}`,
    },
  },
  recovery_changed: {
    EMAIL: {
      subject: 'Vos codes de récupération pour ${environment.name} ont changé',
      body: paragraphs(
        HELLO,
        'Des codes de récupération pour vos connexions ont été créés, renouvelés ou supprimés.',
        `Si ce n’était pas vous, ${TELL}`,
      ),
    },
    SMS: {
      body: "Vos codes de récupération pour ${environment.name} ont changé. Si ce n'était pas vous, prévenez vite votre administrateur.",
    },
  },
  recovery_used: {
    EMAIL: {
      subject: 'Un code de récupération pour ${environment.name} a été utilisé',
      body: paragraphs(
        HELLO,
        'Une connexion à votre compte a été confirmée par un code de récupération au lieu d’un appareil.',
        `Si ce n’était pas vous, ${TELL}`,
      ),
    },
    SMS: {
      body: "Un code de récupération pour ${environment.name} a été utilisé. Si ce n'était pas vous, prévenez vite votre administrateur.",
    },
  },
  wake_up: everywhere({
    subject: 'Demande de connexion',
    body: 'Ouvrez l’application pour y répondre.',
  }),
  general: {
    EMAIL: { subject: 'Un nouveau message pour vous', body: NEWS },
    SMS: { body: NEWS },
    VOICE: { body: `Bonjour. ${NEWS} Au revoir.` },
  },
  verification_code_template: {
    EMAIL: {
      subject: 'Votre code de vérification',
      body: paragraphs(
        `Utilisez ce code pour confirmer votre adresse e-mail${COLON}`,
        '${code.value}',
        NOT_ASKED,
      ),
    },
  },
  email_verification_admin: {
    EMAIL: {
      subject: 'Confirmez votre adresse e-mail',
      body: paragraphs(
        `Un administrateur demande la confirmation de cette adresse e-mail. Utilisez ce code pour la confirmer${COLON}`,
        '${code}',
        NOT_ASKED,
      ),
    },
  },
  email_verification_user: {
    EMAIL: {
      subject: 'Confirmez votre adresse e-mail',
      body: paragraphs(
        `Utilisez ce code pour confirmer l’adresse e-mail de votre compte${COLON}`,
        '${code}',
        NOT_ASKED,
      ),
    },
  },
  recovery_code_template: {
    EMAIL: {
      subject: 'Choisissez un nouveau mot de passe',
      body: paragraphs(
        `Utilisez ce code pour choisir un nouveau mot de passe${COLON}`,
        '${code}',
        `${NOT_ASKED} Votre mot de passe reste inchangé.`,
      ),
    },
  },
  email_phone_verification: {
    EMAIL: {
      subject: 'Confirmez votre adresse e-mail',
      body: paragraphs(
        `Utilisez ce code pour confirmer votre adresse e-mail et poursuivre la vérification de votre identité${COLON}`,
        '${code}',
        NOT_ASKED,
      ),
    },
    SMS: {
      body: '${code} est votre code pour confirmer ce numéro. Ne le communiquez à personne.',
    },
  },
  digital_wallet_pairing: {
    EMAIL: {
      subject: 'Associez votre portefeuille numérique',
      body: paragraphs(WALLET, NOT_ASKED),
    },
    SMS: { body: WALLET },
  },
  id_verification: {
    EMAIL: {
      subject: 'Vérifiez votre identité',
      body: paragraphs(
        HELLO,
        `Ouvrez ce lien sur votre téléphone pour vérifier votre identité${COLON}`,
        '${app.open.url}',
        'Si vous n’attendiez pas ce message, ignorez-le.',
      ),
    },
    SMS: {
      body: 'Pour vérifier votre identité, ouvrez ce lien.\n${app.open.url}',
    },
  },
  credential_issued: {
    EMAIL: {
      subject: 'Vous avez une nouvelle attestation',
      body: paragraphs(HELLO, `L’attestation${CREDENTIAL} vous a été délivrée.`, ACCEPT),
    },
    SMS: {
      body: `L'attestation${CREDENTIAL_IN_SMS} vous a été délivrée. Ouvrez votre portefeuille numérique pour l'accepter.`,
    },
    PUSH: {
      subject: 'Nouvelle attestation',
      body: `L’attestation${CREDENTIAL} vous a été délivrée. ${ACCEPT}`,
    },
  },
  credential_revoked: {
    EMAIL: {
      subject: 'Une attestation a été révoquée',
      body: paragraphs(
        HELLO,
        `Votre attestation${CREDENTIAL} a été révoquée et n’est plus valable.`,
        'Pour toute question, adressez-vous à votre administrateur.',
      ),
    },
    SMS: {
      body: `Votre attestation${CREDENTIAL_IN_SMS} a été révoquée et n'est plus valable.`,
    },
    PUSH: {
      subject: 'Attestation révoquée',
      body: `Votre attestation${CREDENTIAL} a été révoquée et n’est plus valable.`,
    },
  },
  credential_updated: {
    EMAIL: {
      subject: 'Une attestation a été mise à jour',
      body: paragraphs(HELLO, `Votre attestation${CREDENTIAL} a été mise à jour.`, OPEN_WALLET),
    },
    SMS: { body: `Votre attestation${CREDENTIAL_IN_SMS} a été mise à jour. ${OPEN_WALLET}` },
    PUSH: {
      subject: 'Attestation mise à jour',
      body: `Votre attestation${CREDENTIAL} a été mise à jour. ${OPEN_WALLET}`,
    },
  },
  credential_verification: {
    PUSH: {
      subject: `Présenter une attestation${ASK}`,
      body: 'Quelqu’un demande à voir une de vos attestations. Ouvrez votre portefeuille numérique pour répondre.',
    },
  },
};
