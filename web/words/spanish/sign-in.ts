/** Spanish, for `english/sign-in.ts`. */
import type { SignInWords } from "../shape.ts";

export const signIn: SignInWords = {
  page: {
    title: "Iniciar sesión",
    lead: "Después, deslice para abrir la barrera.",
    passkey: "Iniciar sesión con una llave de acceso",
    oidc: (name) => `Iniciar sesión con ${name}`,
    none: "No puede iniciar sesión: este servicio no tiene ningún método para hacerlo.",
    lockedOut: "Su acceso está bloqueado. Pida a un administrador que lo restablezca.",
    ended: "Se ha cerrado su sesión. Vuelva a iniciarla para continuar.",
    waiting: "Esperando a su teléfono u ordenador…",
    help: "¿Todavía no tiene una llave de acceso? Pida un enlace de invitación a un administrador.",
    cancelled: "No se ha recibido ninguna llave de acceso. Inténtelo de nuevo.",
    unsupported: "Este navegador no admite llaves de acceso. Utilice un navegador más reciente.",
  },
  guest: {
    page: "Enlace de visitante",
    over: "Este enlace de visitante ya no es válido. Pida uno nuevo a la persona que le ha invitado.",
    replaces: (name) =>
      `Ha iniciado sesión como ${name}. El enlace de visitante cierra su sesión en este dispositivo.`,
    use: "Usar el enlace de visitante",
    stay: "Mantener la sesión",
    signIn: "Iniciar sesión en su lugar",
  },
  invitation: {
    page: "Invitación",
    title: (name) => `Le damos la bienvenida, ${name}`,
    lead: "Cree una llave de acceso en este teléfono u ordenador. Después, inicie sesión con su huella, su cara o el bloqueo de pantalla.",
    make: "Crear una llave de acceso",
    over: "Esta invitación ha caducado o ya se ha utilizado. Pida una nueva a un administrador.",
    cancelled: "No se ha creado ninguna llave de acceso. Inténtelo de nuevo.",
    signIn: "Iniciar sesión en su lugar",
  },
  passkeys: {
    title: "Sus llaves de acceso",
    lead: "Con cada una de ellas puede iniciar sesión. Añada una para cada dispositivo que use.",
    none: "No tiene llave de acceso. Inicia sesión con su empresa.",
    add: "Añadir una llave de acceso",
    create: "Crear una llave de acceso",
    added: "La llave de acceso se ha añadido.",
    cancelled: "No se ha creado ninguna llave de acceso. Quizá este dispositivo ya tenga una.",
    name: "Nombre",
    nameHint: "Por ejemplo «Mi teléfono», para encontrarla si pierde el dispositivo.",
    nameless: "Llave de acceso sin nombre",
    created: (when) => `creada: ${when}`,
    unused: "nunca usada para iniciar sesión",
    lastUsed: (when) => `último uso: ${when}`,
    current: "Sesión iniciada aquí con ella",
    unusable: "Para una dirección anterior de este servicio",
    rename: "Cambiar nombre",
    renameName: (name) => `Cambiar nombre: ${name}`,
    save: "Guardar",
    renamed: "El nombre se ha cambiado.",
    remove: "Eliminar",
    removeName: (name) => `Eliminar: ${name}`,
    sureRemove: (name) =>
      `¿Eliminar «${name}»? Se cierra la sesión en los dispositivos que la usaron, excepto en este.`,
    sureRemoveLast: (name) =>
      `¿Eliminar «${name}»? Es su única forma de iniciar sesión. Después de cerrar sesión aquí, solo la administración podrá dejarle entrar de nuevo.`,
    removed: "La llave de acceso se ha eliminado.",
  },
  again: {
    title: "Iniciar sesión de nuevo",
    lead: "Inició sesión hace más de diez minutos. Inicie sesión de nuevo y cree después la llave de acceso.",
    cancelled: "No se ha iniciado sesión. Inténtelo de nuevo.",
  },
};
