/** Spanish, for `english/page.ts`. */
import { numbersIn } from "../count.ts";
import type { PageWords } from "../shape.ts";

const { count } = numbersIn("es-ES");

export const page: PageWords = {
  language: "es",
  locale: "es-ES",
  languages: "Idioma",
  app: "Boom Box",
  title: (page) => `${page} · Boom Box`,
  skip: "Ir al contenido",
  loading: "Cargando…",
  unreachable: "No se puede conectar con el servicio. Reintentando…",
  notReached: "El servicio no ha respondido. Compruebe su conexión.",
  tryAgain: "Reintentar",
  reload: "Recargar la página",
  help: (contact) => `Ayuda: ${contact}`,

  nav: {
    open: "Abrir",
    history: "Historial",
    people: "Personas",
    gates: "Barreras",
    guests: "Visitantes",
    label: "Menú principal",
  },
  signOut: "Cerrar sesión",

  boxes: {
    online: "Dispositivo en línea",
    offline: "Dispositivo sin conexión",
    unknown: "Estado del dispositivo desconocido",
  },
  denials: {
    "no-grant": "Sin acceso",
    "not-yet": "Todavía no",
    "not-now": "No a esta hora",
    holiday: "No en festivo",
    "grant-ended": "Acceso caducado",
    "used-up": "Aperturas agotadas",
    "gate-closed": "Fuera de servicio",
  },
  steps: ["Enviada", "Aceptada", "Botón pulsado"],
  control: {
    slide: "Deslice para abrir",
    keep: "Siga pulsando…",
    busy: "Un momento…",
    name: (gate) => `Abrir ${gate}: deslice o mantenga pulsada la tecla Intro`,
    twoStep: "Abrir sin deslizar",
    sure: (gate) => `¿Pulsar ahora el botón de «${gate}»?`,
    yes: "Sí, abrir",
    no: "Cancelar",
    tabs: "Barreras",
    choose: "Barrera",
    choice: (gate, box) => `${gate} · ${box}`,
    notChosen: "Elija una barrera",
    none: "Todavía no tiene acceso a ninguna barrera. Consulte a un administrador.",
    gone: "La barrera elegida ya no está disponible. Elija una barrera.",
    broken: "Sin conexión",
    brokenLong:
      "Se ha perdido la conexión con el servicio, así que se desconoce el estado del dispositivo. Reintentando…",
    checking: "Comprobando…",
    polling:
      "Las actualizaciones en directo no llegan. En su lugar, esta página pregunta cada pocos segundos.",
    offlineLong:
      "El dispositivo de la barrera está sin conexión. No podrá abrir la barrera con el teléfono hasta que vuelva a estar en línea.",
    unknownLong: "El dispositivo de la barrera todavía no ha comunicado su estado.",
    lastSeen: (when) => `Última señal: ${when}.`,
    opensAt: (when) => `Podrá volver a abrirla a partir de: ${when}.`,
    opensFrom: (when) => `Podrá abrirla a partir de: ${when}.`,
    pass: (left, from, until) =>
      `${count(left, { one: "Queda # apertura", other: "Quedan # aperturas" })} · ${from} – ${until}`,
    askInviter: (inviter) => `Pida un nuevo enlace a ${inviter}, que le ha invitado.`,
  },

  reasons: {
    retained: "El broker entregó un mensaje antiguo, así que el dispositivo lo ignoró.",
    expired:
      "El mensaje llegó demasiado tarde, así que el dispositivo lo ignoró. Inténtelo de nuevo.",
    future: "Los relojes del dispositivo y del servicio no coinciden. Avise a un administrador.",
    duplicate: "El dispositivo ya ha tratado esta solicitud.",
    busy: "La barrera todavía se está moviendo. Inténtelo de nuevo dentro de un minuto.",
    cooldown:
      "El botón se ha pulsado hace un momento. El dispositivo espera un poco entre dos pulsaciones.",
    "clock-unset":
      "El dispositivo todavía no sabe la hora. Inténtelo de nuevo dentro de un minuto.",
    malformed: "El dispositivo no pudo leer el mensaje. Avise a un administrador.",
    "unknown-action": "El dispositivo no admite esta solicitud. Avise a un administrador.",
    "unknown-gate": "El dispositivo no tiene esa barrera. Avise a un administrador.",
    "too-large": "El mensaje era demasiado largo para el dispositivo. Avise a un administrador.",
    "no-grant": "No tiene acceso a esta barrera.",
    "not-yet": "Su acceso todavía no ha comenzado.",
    "not-now": "No tiene acceso a esta hora.",
    holiday: "No tiene acceso en un día festivo.",
    "grant-ended": "Su acceso ha caducado.",
    "used-up": "Ya se han utilizado todas las aperturas de este enlace.",
    "gate-closed": "Esta barrera está fuera de servicio.",
    "box-offline": "El dispositivo está sin conexión. No ha pasado nada en la barrera.",
    "broker-away":
      "El servicio no puede conectar con los dispositivos en este momento. No ha pasado nada en la barrera.",
    "too-late":
      "La solicitud llegó demasiado tarde al servicio, así que no se envió nada. No ha pasado nada en la barrera.",
    "service-busy":
      "El servicio estaba demasiado ocupado para enviar la solicitud a tiempo. No ha pasado nada en la barrera. Inténtelo de nuevo.",
    "clocks-differ":
      "Los relojes del dispositivo y del servicio no coinciden, así que el dispositivo rechaza todas las solicitudes. Avise a un administrador.",
    "rate-limited": "Demasiadas solicitudes. Espere unos segundos e inténtelo de nuevo.",
  },
  outcome: {
    posting: "Enviando…",
    recorded: "Enviada. Esperando al broker…",
    accepted: "Aceptada. Esperando al dispositivo…",
    opened: "Botón pulsado",
    openedFor: (seconds) => `El dispositivo ha pulsado el botón durante ${seconds} s.`,
    openedUnknown: "El dispositivo ha pulsado el botón. No ha comunicado durante cuánto tiempo.",
    refused: "Rechazada por el dispositivo",
    unanswered: "Sin respuesta del dispositivo",
    unansweredLong:
      "El comando se envió, pero el dispositivo no respondió. Mire la barrera antes de intentarlo de nuevo.",
    failed: "No enviada",
    denied: "No permitida",
    unknown: "Resultado desconocido",
    unknownLong:
      "La conexión se perdió antes de que llegara una respuesta. Puede que el dispositivo haya recibido el comando, o puede que no. Mire la barrera antes de intentarlo de nuevo.",
    retrying: "Aún no hay respuesta. Un intento más…",
    turnedDown: "No enviada",
  },
};
