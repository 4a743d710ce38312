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

const HELLO = 'Olá, ${user.username}!';
const NOT_ASKED = 'Se não fez este pedido, ignore esta mensagem.';
const TELL = 'avise imediatamente o seu administrador.';
const SECRET = 'Ninguém tem motivo para lhe pedir este código.';
const DETAILS = `${amount('\nValor: ')}${recipient('\nDestinatário: ')}`;
const OPEN_WALLET = 'Abra a sua carteira digital para ver.';
const ACCEPT = 'Abra a sua carteira digital para aceitar.';
const NEWS = 'Há uma nova mensagem na sua conta. Entre para ler.';
const WALLET =
  'Agora pode conectar a sua carteira digital. Para isso, abra a carteira no seu telefone.';
const CREDENTIAL = credential(' “', '”');
const CREDENTIAL_IN_SMS = credential(' "', '"');

// Words that Portugal and Brazil share. An SMS with “ã” or “ó” has room for 70 characters: those
// that may get longer than that do without.
export const pt: Contents = {
  strong_authentication: {
    EMAIL: {
      subject: 'O seu código para ${environment.name}',
      body: paragraphs(
        HELLO,
        'Use este código para entrar na sua conta:',
        '${otp}',
        `Se for outra pessoa a entrar, ${TELL} ${SECRET}`,
      ),
    },
    SMS: {
      body: '${otp} é o seu código para ${environment.name}. Não o revele a ninguém.',
    },
    VOICE: {
      body: 'Olá. O seu código para ${environment.name} é: ${otp}. Repetindo, o seu código é: ${otp}. Até logo.',
    },
    PUSH: {
      subject: `Entrar em ${ASKER}?`,
      body: 'Alguém quer entrar como ${user.username}. Aprove apenas se o pedido for seu.',
    },
  },
  device_pairing: {
    EMAIL: {
      subject: 'Confirme este endereço para ${environment.name}',
      body: paragraphs(
        HELLO,
        'Use este código para adicionar este endereço à sua conta:',
        '${otp}',
        `${NOT_ASKED} ${SECRET}`,
      ),
    },
    SMS: {
      body: '${otp} adiciona este número a ${environment.name}. Não revele este código.',
    },
    VOICE: {
      body: 'Olá. Para adicionar este número a ${environment.name}, o seu código é: ${otp}. Repetindo, o seu código é: ${otp}. Até logo.',
    },
    PUSH: {
      subject: 'Adicionar este dispositivo?',
      body: 'Alguém quer adicionar um dispositivo para ${user.username} em ${environment.name}. Aprove apenas se o pedido for seu.',
    },
  },
  transaction: {
    EMAIL: {
      subject: 'Aprove uma transação em ${environment.name}',
      body: paragraphs(
        HELLO,
        `Há uma transação à espera da sua aprovação.${DETAILS}`,
        `${withOtp('Use este código apenas se quiser aprová-la:\n\n${otp}\n\n')}Se não iniciou esta transação, ${TELL}`,
      ),
    },
    SMS: {
      body: `${withOtp('${otp} aprova', 'Aprove')} um pedido em \${environment.name}${amount(': ')}${recipient(' para ')}. Se o pedido for de outra pessoa, ignore esta mensagem.`,
    },
    VOICE: {
      body: `Olá. Há uma transação em \${environment.name} à espera da sua aprovação.${amount(' O valor é ', '.')}${recipient(' O destinatário é ', '.')}${withOtp(' Para aprovar, o seu código é: ${otp}. Repetindo, o seu código é: ${otp}.')} Até logo.`,
    },
    PUSH: {
      subject: 'Aprovar uma transação?',
      body: `Há uma transação em \${environment.name} à espera da sua aprovação.${DETAILS}`,
    },
  },
  new_device_paired: {
    EMAIL: {
      subject: 'Novo dispositivo adicionado em ${environment.name}',
      body: paragraphs(
        HELLO,
        `Um novo dispositivo foi adicionado à sua conta.${device('\nDispositivo: ')}`,
        `Se foi outra pessoa, ${TELL}`,
      ),
    },
    SMS: {
      body: `Um novo dispositivo${deviceType(' (', ')')} foi adicionado à sua conta em \${environment.name}. Se foi outra pessoa, ${TELL}`,
    },
    VOICE: {
      body: `Olá. Um novo dispositivo foi adicionado à sua conta em \${environment.name}. Se foi outra pessoa, ${TELL} Até logo.`,
    },
    PUSH: {
      subject: 'Novo dispositivo adicionado',
      body: `Um novo dispositivo foi adicionado para \${user.username} em \${environment.name}. Se foi outra pessoa, ${TELL}`,
    },
  },
  recovery_changed: {
    EMAIL: {
      subject: 'Os seus códigos de recuperação de ${environment.name} mudaram',
      body: paragraphs(
        HELLO,
        'Foram criados, renovados ou removidos códigos de recuperação da sua conta.',
        `Se foi outra pessoa, ${TELL}`,
      ),
    },
    SMS: {
      body: `Os seus codigos de recuperacao de \${environment.name} mudaram. Se foi outra pessoa, ${TELL}`,
    },
  },
  recovery_used: {
    EMAIL: {
      subject: 'Foi usado um código de recuperação de ${environment.name}',
      body: paragraphs(
        HELLO,
        'Um acesso à sua conta foi confirmado com um código de recuperação em vez de um dispositivo.',
        `Se foi outra pessoa, ${TELL}`,
      ),
    },
    SMS: {
      body: `Foi usado um codigo de recuperacao de \${environment.name}. Se foi outra pessoa, ${TELL}`,
    },
  },
  wake_up: everywhere({
    subject: 'Pedido de acesso',
    body: 'Abra a aplicação para responder.',
  }),
  general: {
    EMAIL: { subject: 'Nova mensagem', body: NEWS },
    SMS: { body: NEWS },
    VOICE: { body: `Olá. ${NEWS} Até logo.` },
  },
  verification_code_template: {
    EMAIL: {
      subject: 'O seu código de verificação',
      body: paragraphs(
        'Use este código para confirmar o seu endereço de e-mail:',
        '${code.value}',
        NOT_ASKED,
      ),
    },
  },
  email_verification_admin: {
    EMAIL: {
      subject: 'Confirme o seu endereço de e-mail',
      body: paragraphs(
        'Um administrador pediu a confirmação deste endereço de e-mail. Use este código para confirmar:',
        '${code}',
        NOT_ASKED,
      ),
    },
  },
  email_verification_user: {
    EMAIL: {
      subject: 'Confirme o seu endereço de e-mail',
      body: paragraphs(
        'Use este código para confirmar o endereço de e-mail da sua conta:',
        '${code}',
        NOT_ASKED,
      ),
    },
  },
  recovery_code_template: {
    EMAIL: {
      subject: 'Escolha uma nova senha',
      body: paragraphs(
        'Use este código para escolher uma nova senha:',
        '${code}',
        'Se não fez este pedido, ignore esta mensagem: a sua senha continua a mesma.',
      ),
    },
  },
  email_phone_verification: {
    EMAIL: {
      subject: 'Confirme o seu endereço de e-mail',
      body: paragraphs(
        'Use este código para confirmar o seu endereço de e-mail e continuar a verificação da sua identidade:',
        '${code}',
        NOT_ASKED,
      ),
    },
    SMS: { body: '${code} confirma este número. Não revele este código a ninguém.' },
  },
  digital_wallet_pairing: {
    EMAIL: { subject: 'Conecte a sua carteira digital', body: paragraphs(WALLET, NOT_ASKED) },
    SMS: { body: WALLET },
  },
  id_verification: {
    EMAIL: {
      subject: 'Verifique a sua identidade',
      body: paragraphs(
        HELLO,
        'Abra este link no seu telefone para verificar a sua identidade:',
        '${app.open.url}',
        'Se não esperava esta mensagem, ignore-a.',
      ),
    },
    SMS: {
      body: 'Abra este link para verificar a sua identidade:\n${app.open.url}',
    },
  },
  credential_issued: {
    EMAIL: {
      subject: 'Nova credencial',
      body: paragraphs(HELLO, `A credencial${CREDENTIAL} foi emitida em seu nome.`, ACCEPT),
    },
    SMS: { body: `A credencial${CREDENTIAL_IN_SMS} foi emitida em seu nome. ${ACCEPT}` },
    PUSH: {
      subject: 'Nova credencial',
      body: `A credencial${CREDENTIAL} foi emitida em seu nome. ${ACCEPT}`,
    },
  },
  credential_revoked: {
    EMAIL: {
      subject: 'Uma credencial foi revogada',
      body: paragraphs(
        HELLO,
        `A sua credencial${CREDENTIAL} foi revogada e deixou de ser válida.`,
        'Se tiver dúvidas, fale com o seu administrador.',
      ),
    },
    SMS: { body: `A sua credencial${CREDENTIAL_IN_SMS} foi revogada e perdeu a validade.` },
    PUSH: {
      subject: 'Credencial revogada',
      body: `A sua credencial${CREDENTIAL} foi revogada e deixou de ser válida.`,
    },
  },
  credential_updated: {
    EMAIL: {
      subject: 'Uma credencial foi atualizada',
      body: paragraphs(HELLO, `A sua credencial${CREDENTIAL} foi atualizada.`, OPEN_WALLET),
    },
    SMS: { body: `A sua credencial${CREDENTIAL_IN_SMS} foi atualizada. ${OPEN_WALLET}` },
    PUSH: {
      subject: 'Credencial atualizada',
      body: `A sua credencial${CREDENTIAL} foi atualizada. ${OPEN_WALLET}`,
    },
  },
  credential_verification: {
    PUSH: {
      subject: 'Mostrar uma credencial?',
      body: 'Alguém pede para ver uma das suas credenciais. Abra a sua carteira digital para responder.',
    },
  },
};
