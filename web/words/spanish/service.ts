/** Spanish, for `english/service.ts`. */
import { numbersIn } from "../count.ts";
import type { ServiceWords } from "../shape.ts";
import { positions } from "./positions.ts";

const { number } = numbersIn("es-ES");

const youAreLockedOut = "Su acceso está bloqueado. Pida a un administrador que lo restablezca.";
const attemptOver = "El inicio de sesión tardó demasiado o ya se ha utilizado. Inténtelo de nuevo.";

export const service: ServiceWords = {
  positions,

  page: {
    title: "Boom Box",
    description:
      "La aplicación del personal para la barrera del aparcamiento: deslice para abrir y lea lo que ha hecho el dispositivo.",
    noScript: "Esta página necesita JavaScript para mostrar el estado actual del dispositivo.",
    back: "Volver a la aplicación",
  },

  nameless: "Persona sin nombre",

  problems: {
    missing: {
      gate: "Esta barrera no existe.",
      grant: "Este acceso no existe.",
      request: "Esta solicitud no existe.",
      token: "Este token no existe.",
      person: "Esta persona no existe.",
      guest: "Este visitante no existe.",
      holidays: "Esta lista de festivos no existe.",
      passkey: "Esta llave de acceso no existe.",
      webhook: "Este webhook no existe.",
      delivery: "No hay ningún mensaje así que se pueda enviar de nuevo.",
      page: "Esta página no existe.",
    },
    denials: {
      "no-grant": "No tiene acceso a esta barrera.",
      "not-yet": "Su acceso a esta barrera todavía no ha comenzado.",
      "not-now": "No tiene acceso a esta barrera a esta hora.",
      holiday: "No tiene acceso a esta barrera en un día festivo.",
      "grant-ended": "Su acceso a esta barrera ha caducado.",
      "used-up": "Ya se han utilizado todas las aperturas de este enlace.",
      "gate-closed": "Esta barrera está fuera de servicio.",
    },
    signInFirst: "Primero inicie sesión.",
    tooManyAttempts: (seconds) =>
      `Demasiados intentos. Inténtelo de nuevo dentro de ${number(seconds)} s.`,
    tooManyRequests: (seconds) =>
      `Demasiadas solicitudes. Inténtelo de nuevo dentro de ${number(seconds)} s.`,
    conflict: "Esto entra en conflicto con una entrada existente.",
    cannotSave: (seconds) =>
      `El servicio no puede guardar datos en este momento. No se ha hecho nada. Inténtelo de nuevo dentro de ${number(seconds)} s.`,
    stopping: (seconds) =>
      `El servicio se está apagando. No se ha hecho nada. Inténtelo de nuevo dentro de ${number(seconds)} s.`,
    unexpected: (id) =>
      `Se ha producido un error. El registro contiene los detalles con el identificador ${id}.`,
    notJson: "El cuerpo no es JSON válido.",
    incompleteBody: "El cuerpo está incompleto.",
    contentType: "El tipo de contenido debe ser application/json.",
    bodyTooLarge: (bytes) => `El cuerpo ocupa más de ${number(bytes)} bytes.`,
    crossSite: "Esta solicitud no procede de la página de la aplicación.",
    outdatedPage: "Esta página no está actualizada. Recárguela.",
    administratorsOnly: "Para esto se necesitan permisos de administración.",
    idTaken: "Este identificador pertenece a otra solicitud.",
    noToken: "Envíe un token válido en la cabecera Authorization: Bearer TOKEN.",
    otherGate: "Este token es para otra barrera.",
    onlyPost: "Solo POST abre una barrera.",
    idempotencyKey:
      "La cabecera Idempotency-Key debe tener de 1 a 64 caracteres ASCII visibles, sin comillas ni barras inversas.",
    noBody: "El cuerpo debe estar vacío o ser {}.",
    wait: (seconds) => `La cabecera Prefer solo puede ser wait=SEGUNDOS, ${seconds} como máximo.`,
    failures: {
      "too-late": "La solicitud llegó demasiado tarde. No se envió nada.",
      "box-offline": "El dispositivo de la barrera está sin conexión. No se envió nada.",
      "broker-away":
        "El servicio no puede conectar con los dispositivos en este momento. No se envió nada.",
      "service-busy":
        "El servicio estaba demasiado ocupado para enviar la solicitud a tiempo. No se envió nada. Inténtelo de nuevo.",
    },
    webhookOff: "Este webhook está desactivado. Actívelo primero.",
    tooManyWebhooks: (count) =>
      `Hay ${number(count)} webhooks, y no puede haber más. Elimine uno primero.`,
    noPersonOrGate: "La persona o la barrera no existe.",
    lockedOut: "Esta persona está bloqueada. Primero restablezca su acceso.",
    lastAdministrator:
      "Es la última persona con permisos de administración. Primero déselos a otra persona.",
    signInAgain: "Inicie sesión de nuevo antes de añadir una llave de acceso.",
    newPasskeyRefused: "Esta llave de acceso no se ha aceptado. Inténtelo de nuevo.",
    tooManyPasskeys: (count) => `Ya tiene ${count} llaves de acceso. Elimine una primero.`,
    lastWayIn: "Es su única forma de iniciar sesión. Añada primero otra llave de acceso.",
    lastAdministratorsPasskey:
      "Sin esta llave de acceso, nadie con permisos de administración podría iniciar sesión. Añada primero otra llave de acceso.",
    passkeyRefused:
      "Esta llave de acceso no se ha aceptado. Pida a un administrador un enlace de invitación para registrarla de nuevo.",
    youAreLockedOut,
    attemptOver,
    guestOver:
      "Este enlace de visitante ya no es válido. Pida uno nuevo a la persona que le ha invitado.",
    guestTooLong: (days) => `endsAt: debe ser como máximo ${days} días posterior a startsAt`,
    inviterLockedOut: "La persona que invita está bloqueada. Elija otra.",
    tooManyGrants: (count) => `Son más de ${number(count)} accesos. Elija menos.`,
    tooManyLists: (count) => `Ya hay ${number(count)} listas de festivos. Elimine una.`,
    invitationOver:
      "Esta invitación ha caducado o ya se ha utilizado. Pida una nueva a un administrador.",
  },

  field: {
    required: "es obligatorio",
    unexpected: "no es un campo conocido",
    invalid: "no es válido",
    text: "debe ser texto",
    notEmpty: "no debe estar vacío",
    maximumLength: (length) => `debe tener ${length} caracteres como máximo`,
    oneLine: "debe ser una línea de caracteres visibles",
    email: "debe ser una dirección de correo electrónico",
    uuid: "debe ser un UUID en minúsculas",
    gateId: "debe tener de 1 a 32 caracteres de a–z, 0–9 y -",
    thingName:
      "debe tener de 1 a 64 caracteres de a–z, A–Z, 0–9, _, : y -, y no empezar por service-",
    output:
      "debe tener de 1 a 32 caracteres de a–z, A–Z, 0–9, _ y -, y no ser command, event, status, update ni log",
    timeZone: "debe ser una zona horaria de IANA, por ejemplo Europe/Berlin",
    number: "debe ser un número",
    wholeNumber: "debe ser un número entero",
    time: "debe ser un momento en ms desde 1970",
    atLeast: (minimum) => `debe ser ${minimum} o más`,
    atMost: (maximum) => `debe ser ${maximum} o menos`,
    webhookUrl: "debe ser una dirección como https://example.com/hook, sin contraseña ni fragmento",
    webhookHttps:
      "debe empezar por https://, salvo en los hosts que el operador permite en BOOM_BOX_WEB_WEBHOOK_PRIVATE_HOSTS",
    webhookEvent: "debe ser el nombre de un evento",
    deliveryState: "debe ser waiting, delivered o dead",
    trueOrFalse: "debe ser true o false",
    weekday: "debe ser de 1 a 7",
    noDay: "debe tener al menos un día",
    repeatedDay: "no debe tener el mismo día dos veces",
    repeated: "no debe tener la misma entrada dos veces",
    guestState: "debe ser upcoming, valid, used-up, ended o revoked",
    guestToken: "debe ser el token de un enlace de visitante",
    past: "debe estar en el futuro",
    tooFar: "debe ser anterior al año 2200",
    endsBeforeStart: "debe ser posterior al comienzo",
    noHours: "fromMinute y toMinute deben ser distintos",
    requestState: "debe ser el estado de una solicitud",
    changeSubject:
      "debe ser person, passkey, invitation, token, grant, guest, gate, holidays o webhook",
    sort: "debe ser un orden de esta lista",
    listPosition: "debe ser el `next` de una página en el mismo orden",
    historyPosition: "debe ser el `next` de una página del historial",
    base64url: "debe estar en base64url",
    language: (languages) => `debe ser uno de estos valores: ${languages}`,
    transport: "debe ser el nombre de un transporte de WebAuthn",
    atMostEntries: (count) => `debe tener ${count} entradas como máximo`,
    invitationToken: "debe ser el token de una invitación",
  },

  calendar: {
    atLine: (line, what) => `Línea ${line}: ${what}`,
    notCalendar:
      "El archivo debe empezar por BEGIN:VCALENDAR. Exporte el calendario como iCalendar (.ics), o pegue el contenido de su dirección.",
    cut: (name) => `El archivo termina antes de END:${name}. Cópielo entero.`,
    wrongEnd: (name) =>
      `END:${name} no termina nada que haya empezado aquí. Exporte el archivo de nuevo.`,
    notContent: "Esto no es una línea de un archivo iCalendar. Corríjala o elimínela.",
    noStart: "Este evento no tiene DTSTART. Añádalo, o elimine el evento.",
    twice: (name) => `Este evento tiene un segundo ${name}. Elimine uno de los dos.`,
    timed:
      "Esto no es un día entero. Conviértalo en un evento de todo el día, con VALUE=DATE, o elimínelo.",
    notDate: "Esta fecha no existe. Escríbala como 20261225.",
    endNotLater:
      "DTEND debe ser posterior a DTSTART: es el día siguiente al último. Corríjalo o elimínelo.",
    tooLong: (days) => `Este evento dura más de ${days} días. Acórtelo.`,
    rule: "Solo se lee una regla anual: FREQ=YEARLY con INTERVAL, COUNT, UNTIL, BYMONTH, BYMONTHDAY o BYDAY. Sustitúyala por eventos sueltos.",
    ruleWithoutMonth: "Una regla anual con BYDAY o BYMONTHDAY también necesita BYMONTH. Añádalo.",
    notRead: (name) => `${name} no se lee. Sustituya este evento por eventos sueltos.`,
    tooManyEvents: (count) => `El archivo tiene más de ${number(count)} eventos. Divídalo.`,
    tooManyDays: (count) => `El archivo tiene más de ${number(count)} días. Divídalo.`,
    noDays: (year) =>
      `El archivo no tiene ningún evento de todo el día desde hoy hasta finales de ${year}.`,
    nameless: "Festivo",
  },

  oidc: {
    defaultName: "su empresa",
    title: "No se ha iniciado sesión",
    attemptOver,
    notConfirmed: (provider) => `El inicio de sesión con ${provider} no se ha completado.`,
    notAllowed: "No tiene permiso para utilizar esta aplicación.",
    notJudged:
      "El inicio de sesión de su empresa no ha dado suficiente información sobre usted. Consulte a un administrador: los detalles están en el registro del servicio.",
    lockedOut: youAreLockedOut,
    contact: (contact) => `Ayuda: ${contact}`,
    unavailable: (provider) =>
      `El inicio de sesión con ${provider} no está disponible en este momento. Inténtelo más tarde.`,
  },
};
