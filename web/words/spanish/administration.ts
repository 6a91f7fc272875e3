/** Spanish, for `english/administration.ts`. */
import { numbersIn } from "../count.ts";
import type { AdministrationWords } from "../shape.ts";
import { positions } from "./positions.ts";

const { number, count } = numbersIn("es-ES");

export const administration: AdministrationWords = {
  cancel: "Cancelar",

  fields: {
    required: "Rellene este campo.",
    longest: (length) =>
      count(length, {
        one: "Escriba # carácter como máximo.",
        other: "Escriba # caracteres como máximo.",
      }),
    email: "Escriba una dirección de correo electrónico, por ejemplo ben@example.com.",
    date: "Escriba una fecha completa entre 1970 y 2199, o vacíe el campo.",
    time: "Escriba una hora, de 00:00 a 23:59.",
    gateId: "Escriba de 1 a 32 caracteres: a–z, 0–9 y -.",
    thingName: "Escriba de 1 a 64 caracteres: a–z, A–Z, 0–9, _, : y -.",
    output:
      "Escriba de 1 a 32 caracteres: a–z, A–Z, 0–9, _ y -, pero no command, event, status, update ni log.",
    timeZone: "Escriba una zona horaria de la lista, por ejemplo Europe/Berlin.",
  },

  finder: {
    search: "Buscar",
    count: (shown, found) =>
      shown === found
        ? count(found, { one: "# resultado", other: "# resultados" })
        : `${number(shown)} de ${number(found)} mostrados`,
    all: (found) => `Mostrar todo (${number(found)})`,
    more: "Mostrar más",
  },

  people: {
    title: "Personas",
    add: "Añadir una persona",
    name: "Nombre",
    email: "Correo electrónico",
    emailHint: "Opcional. Para iniciar sesión con su empresa.",
    administrator: "Administración",
    lockedOut: "Acceso bloqueado",
    noWayIn: "No puede iniciar sesión: no tiene llave de acceso",
    passkeys: (total) => count(total, { one: "# llave de acceso", other: "# llaves de acceso" }),
    lastSeen: (when) => `Última visita: ${when}`,
    neverSeen: "Nunca ha iniciado sesión",
    save: "Guardar",
    saved: "Guardado.",
    back: "← Todas las personas",
    missing: "Esta persona no existe.",
    lockOut: "Bloquear",
    letIn: "Restablecer el acceso",
    makeAdministrator: "Dar permisos de administración",
    makePerson: "Quitar los permisos de administración",
    removePasskeys: "Eliminar las llaves de acceso (teléfono perdido)",
    sureLockOut: (name) => `¿Bloquear a ${name}? Tiene efecto inmediato.`,
    sureMakeAdministrator: (name) =>
      `¿Dar permisos de administración a ${name}? Permiten cambiar personas, accesos y barreras.`,
    sureMakePerson: (name) => `¿Quitar los permisos de administración a ${name}?`,
    sureRemovePasskeys: (name) =>
      `¿Eliminar todas las llaves de acceso de ${name}? Para volver a iniciar sesión, ${name} necesitará un nuevo enlace de invitación.`,
    invite: "Nuevo enlace de invitación",
    inviteLead: (name, until) =>
      `Envíe este enlace a ${name}. Funciona una sola vez, hasta: ${until}. Cópielo ahora: no se volverá a mostrar.`,
    copy: "Copiar",
    copied: "Copiado",
    link: "Enlace de invitación",
    done: "Listo",
  },

  tokens: {
    title: "Programas",
    lead: (person) =>
      `Un programa con un token abre una barrera en nombre de ${person}, y nunca más allá del acceso indicado arriba.`,
    add: "Añadir un programa",
    added: "El programa se ha añadido.",
    name: "Nombre",
    nameHint:
      "Lo que utiliza el token, por ejemplo un lector de matrículas. El nombre aparece en el historial.",
    secret: "Token",
    secretLead: (name) =>
      `El token para ${name}. Solo se muestra ahora. Quien lo tenga puede abrir la barrera.`,
    unused: "nunca utilizado",
    lastUsed: (when) => `último uso: ${when}`,
    revoke: "Revocar",
    revokeName: (name) => `Revocar el token de ${name}`,
    sureRevoke: (name) => `¿Revocar el token de ${name}? Deja de funcionar de inmediato.`,
    revoked: "El token se ha revocado.",
  },

  grants: {
    title: "Acceso",
    none: "Todavía no hay ningún acceso.",
    add: "Dar acceso",
    granted: "El acceso se ha dado.",
    gate: "Barrera",
    daysTitle: "Días",
    from: "De",
    to: "A",
    ends: "Último día",
    endsHint: "Déjelo vacío para un acceso sin fecha de fin.",
    withdraw: "Retirar",
    withdrawName: (gate) => `Retirar el acceso a ${gate}`,
    sureWithdraw: (person, gate) => `¿Retirar a ${person} este acceso a ${gate}?`,
    withdrawn: "El acceso se ha retirado.",
    everyDay: "Todos los días",
    allDay: "todo el día",
    overMidnight: (hours) => `${hours} (día siguiente)`,
    until: (when) => `hasta el ${when}`,
    noDays: "Elija al menos un día.",
    sameHours: "El final debe ser distinto del comienzo.",
    dayIsOver: "Ese día ya ha terminado en la barrera.",
    clock: (zone) => `Zona horaria de la barrera: ${zone}.`,
  },

  gates: {
    title: "Barreras",
    add: "Añadir una barrera",
    id: "Nombre corto",
    idHint: "a–z, 0–9 y -. No se puede cambiar después.",
    name: "Nombre",
    thing: "Dispositivo (nombre del objeto)",
    output: "Barrera en el dispositivo",
    outputHint:
      "Solo para un dispositivo con varias barreras: el nombre de esta barrera en los ajustes del dispositivo. Si no, déjelo vacío.",
    notAtBox: "El dispositivo no tiene esa barrera",
    notAtBoxLong: (output) =>
      `Los ajustes del dispositivo no contienen ninguna barrera «${output}», así que el dispositivo no la abre. Corrija aquí «Barrera en el dispositivo» o los ajustes del dispositivo.`,
    zone: "Zona horaria",
    edit: "Editar",
    save: "Guardar",
    saved: "Guardado.",
    back: "← Todas las barreras",
    missing: "Esta barrera no existe.",
    close: "Poner fuera de servicio",
    sureClose: (name) => `¿Poner ${name} fuera de servicio? Entonces nadie podrá abrirla.`,
    reopen: "Volver a poner en servicio",
    closed: "Fuera de servicio",
    none: "Todavía no hay barreras.",
    health: {
      lastSeenAt: "Última señal",
      gate: "Barrera",
      gates: "Barreras en el dispositivo",
      firmware: "Firmware",
      uptimeMs: "Tiempo encendido",
      resetReason: "Motivo del reinicio",
      rssi: "Señal",
      address: "Dirección",
      certificateEndsAt: "Caducidad del certificado",
      clockDifferenceMs: "Reloj",
      opened: "Pulsaciones del botón",
      refused: "Comandos rechazados",
      connections: "Conexiones",
      droppedEvents: "Eventos perdidos",
    },
    positions,
    eventsTitle: "Lo que ha mostrado el sensor de la barrera",
    events: {
      "opened-by-hand": "Abierta sin la aplicación",
      "left-open": "Se quedó abierta",
      "did-not-open": "No se abrió tras pulsar el botón",
    },
    signal: (dBm) => `${number(dBm)} dBm`,
    clock: (ms) => {
      const seconds = Math.round(Math.abs(ms) / 1_000);
      if (seconds < 2) return "coincide con el servicio";
      const side = ms > 0 ? "adelantado" : "atrasado";
      return `${number(seconds)} s ${side} respecto al servicio: compruebe los dos relojes`;
    },
    never: "nunca",
    unknown: "–",
    renewSoon: "Renovar el certificado",
    renew: (until) => `${until}: renovar ahora`,
  },
  otherCommands: {
    title: "Comandos de fuera de la aplicación",
    lead: "Pulsaciones de un botón en un dispositivo, y comandos de personas que pueden publicar directamente en un dispositivo, por ejemplo desde la consola de AWS. Nadie ha comprobado sus nombres. Si no reconoce alguno, mire quién tiene acceso a su broker.",
    empty: "Ninguno hasta ahora.",
    unknown: "Remitente desconocido",
    button: "El botón del dispositivo",
    claimed: (name) => `Se hace llamar «${name}»`,
  },
};
