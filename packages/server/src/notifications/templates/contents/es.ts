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

const HELLO = 'Hola, ${user.username}:';
const NOT_ASKED = 'Si no lo ha solicitado, ignore este mensaje.';
const TELL = 'avise cuanto antes a su administrador.';
const SECRET = 'Nadie tiene motivo para pedirle este código.';
const DETAILS = `${amount('\nImporte: ')}${recipient('\nDestinatario: ')}`;
const OPEN_WALLET = 'Abra su cartera digital para verla.';
const ACCEPT = 'Abra su cartera digital para aceptarla.';
const NEWS = 'Tiene un nuevo mensaje. Entre en su cuenta para leerlo.';
const WALLET = 'Ya puede vincular su cartera digital. Para hacerlo, abra la cartera.';
const CREDENTIAL = credential(' «', '»');
const CREDENTIAL_IN_SMS = credential(' "', '"');

// “Clave” instead of “código” keeps an SMS in the alphabet that has 160 characters; what says
// “número” has to be short.
export const es: Contents = {
  strong_authentication: {
    EMAIL: {
      subject: 'Su código para ${environment.name}',
      body: paragraphs(
        HELLO,
        'Use este código para iniciar sesión:',
        '${otp}',
        `Si no es usted quien inicia sesión, ${TELL} ${SECRET}`,
      ),
    },
    SMS: {
      body: '${otp} es su clave para ${environment.name}. No la comparta con nadie.',
    },
    VOICE: {
      body: 'Hola. Su código para ${environment.name} es: ${otp}. Repito, su código es: ${otp}. Adiós.',
    },
    PUSH: {
      subject: `¿Iniciar sesión en ${ASKER}?`,
      body: 'Alguien está iniciando sesión como ${user.username}. Apruébelo solo si es usted.',
    },
  },
  device_pairing: {
    EMAIL: {
      subject: 'Confirme esta dirección para ${environment.name}',
      body: paragraphs(
        HELLO,
        'Use este código para registrar esta dirección para sus inicios de sesión:',
        '${otp}',
        `${NOT_ASKED} ${SECRET}`,
      ),
    },
    SMS: {
      body: '${otp} registra este número en ${environment.name}. No comparta esta clave.',
    },
    VOICE: {
      body: 'Hola. Para registrar este número en ${environment.name}, su código es: ${otp}. Repito, su código es: ${otp}. Adiós.',
    },
    PUSH: {
      subject: '¿Registrar este dispositivo?',
      body: 'Alguien está registrando un dispositivo para ${user.username} en ${environment.name}. Apruébelo solo si es usted.',
    },
  },
  transaction: {
    EMAIL: {
      subject: 'Apruebe una operación de ${environment.name}',
      body: paragraphs(
        HELLO,
        `Una operación espera su aprobación.${DETAILS}`,
        `${withOtp('Use este código solo si quiere aprobarla:\n\n${otp}\n\n')}Si no ha iniciado esta operación, ${TELL}`,
      ),
    },
    SMS: {
      body: `${withOtp('${otp} es la clave para aprobar', 'Espera su visto bueno')} un movimiento en \${environment.name}${amount(': ')}${recipient(' para ')}. Si no es suyo, no lo apruebe.`,
    },
    VOICE: {
      body: `Hola. Una operación de \${environment.name} espera su aprobación.${amount(' El importe es ', '.')}${recipient(' El destinatario es ', '.')}${withOtp(' Para aprobarla, su código es: ${otp}. Repito, su código es: ${otp}.')} Adiós.`,
    },
    PUSH: {
      subject: '¿Aprobar una operación?',
      body: `Una operación de \${environment.name} espera su aprobación.${DETAILS}`,
    },
  },
  new_device_paired: {
    EMAIL: {
      subject: 'Nuevo dispositivo registrado en ${environment.name}',
      body: paragraphs(
        HELLO,
        `Se ha registrado un nuevo dispositivo para sus inicios de sesión.${device('\nDispositivo: ')}`,
        `Si no ha sido usted, ${TELL}`,
      ),
    },
    SMS: {
      body: `Se ha registrado un nuevo dispositivo${deviceType(' (', ')')} para su cuenta de \${environment.name}. Si no ha sido usted, avise cuanto antes a su administrador.`,
    },
    VOICE: {
      body: `Hola. Se ha registrado un nuevo dispositivo para sus inicios de sesión en \${environment.name}. Si no ha sido usted, ${TELL} Adiós.`,
    },
    PUSH: {
      subject: 'Nuevo dispositivo registrado',
      body: `Se ha registrado un nuevo dispositivo para \${user.username} en \${environment.name}. Si no ha sido usted, ${TELL}`,
    },
  },
  recovery_changed: {
    EMAIL: {
      subject: 'Sus códigos de recuperación de ${environment.name} han cambiado',
      body: paragraphs(
        HELLO,
        'Se han creado, renovado o eliminado códigos de recuperación para sus inicios de sesión.',
        `Si no ha sido usted, ${TELL}`,
      ),
    },
    SMS: {
      body: 'Sus codigos de recuperacion de ${environment.name} han cambiado. Si no ha sido usted, avise cuanto antes.',
    },
  },
  recovery_used: {
    EMAIL: {
      subject: 'Se ha usado un código de recuperación de ${environment.name}',
      body: paragraphs(
        HELLO,
        'Se ha iniciado una sesión con un código de recuperación en lugar de un dispositivo.',
        `Si no ha sido usted, ${TELL}`,
      ),
    },
    SMS: {
      body: 'Se ha usado un codigo de recuperacion de ${environment.name}. Si no ha sido usted, avise cuanto antes.',
    },
  },
  wake_up: everywhere({
    subject: 'Solicitud de inicio de sesión',
    body: 'Abra la aplicación para responder.',
  }),
  general: {
    EMAIL: { subject: 'Tiene un nuevo mensaje', body: NEWS },
    SMS: { body: NEWS },
    VOICE: { body: `Hola. ${NEWS} Adiós.` },
  },
  verification_code_template: {
    EMAIL: {
      subject: 'Su código de verificación',
      body: paragraphs(
        'Use este código para confirmar su dirección de correo electrónico:',
        '${code.value}',
        NOT_ASKED,
      ),
    },
  },
  email_verification_admin: {
    EMAIL: {
      subject: 'Confirme su dirección de correo electrónico',
      body: paragraphs(
        'Un administrador solicita que se confirme esta dirección de correo electrónico. Use este código para confirmarla:',
        '${code}',
        NOT_ASKED,
      ),
    },
  },
  email_verification_user: {
    EMAIL: {
      subject: 'Confirme su dirección de correo electrónico',
      body: paragraphs(
        'Use este código para confirmar la dirección de correo electrónico de su cuenta:',
        '${code}',
        NOT_ASKED,
      ),
    },
  },
  recovery_code_template: {
    EMAIL: {
      subject: 'Elija una nueva contraseña',
      body: paragraphs(
        'Use este código para elegir una nueva contraseña:',
        '${code}',
        'Si no lo ha solicitado, ignore este mensaje: su contraseña no cambia.',
      ),
    },
  },
  email_phone_verification: {
    EMAIL: {
      subject: 'Confirme su dirección de correo electrónico',
      body: paragraphs(
        'Use este código para confirmar su dirección de correo electrónico y continuar con la verificación de su identidad:',
        '${code}',
        NOT_ASKED,
      ),
    },
    SMS: {
      body: '${code} confirma este número. No comparta esta clave con nadie.',
    },
  },
  digital_wallet_pairing: {
    EMAIL: { subject: 'Vincule su cartera digital', body: paragraphs(WALLET, NOT_ASKED) },
    SMS: { body: WALLET },
  },
  id_verification: {
    EMAIL: {
      subject: 'Verifique su identidad',
      body: paragraphs(
        HELLO,
        'Abra este enlace en su teléfono para verificar su identidad:',
        '${app.open.url}',
        'Si no esperaba este mensaje, ignórelo.',
      ),
    },
    SMS: {
      body: 'Abra este enlace para verificar su identidad:\n${app.open.url}',
    },
  },
  credential_issued: {
    EMAIL: {
      subject: 'Tiene una nueva credencial',
      body: paragraphs(HELLO, `Se le ha emitido la credencial${CREDENTIAL}.`, ACCEPT),
    },
    SMS: { body: `Se le ha emitido la credencial${CREDENTIAL_IN_SMS}. ${ACCEPT}` },
    PUSH: {
      subject: 'Nueva credencial',
      body: `Se le ha emitido la credencial${CREDENTIAL}. ${ACCEPT}`,
    },
  },
  credential_revoked: {
    EMAIL: {
      subject: 'Se ha revocado una credencial',
      body: paragraphs(
        HELLO,
        `Su credencial${CREDENTIAL} se ha revocado y ya no es válida.`,
        'Si tiene preguntas, diríjase a su administrador.',
      ),
    },
    SMS: { body: `Su credencial${CREDENTIAL_IN_SMS} se ha revocado y ya no vale.` },
    PUSH: {
      subject: 'Credencial revocada',
      body: `Su credencial${CREDENTIAL} se ha revocado y ya no es válida.`,
    },
  },
  credential_updated: {
    EMAIL: {
      subject: 'Se ha actualizado una credencial',
      body: paragraphs(HELLO, `Su credencial${CREDENTIAL} se ha actualizado.`, OPEN_WALLET),
    },
    SMS: { body: `Su credencial${CREDENTIAL_IN_SMS} se ha actualizado. ${OPEN_WALLET}` },
    PUSH: {
      subject: 'Credencial actualizada',
      body: `Su credencial${CREDENTIAL} se ha actualizado. ${OPEN_WALLET}`,
    },
  },
  credential_verification: {
    PUSH: {
      subject: '¿Mostrar una credencial?',
      body: 'Alguien pide ver una de sus credenciales. Abra su cartera digital para responder.',
    },
  },
};
