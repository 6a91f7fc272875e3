/** French, for `english/sign-in.ts`. */
import type { SignInWords } from "../shape.ts";

export const signIn: SignInWords = {
  page: {
    title: "Connexion",
    lead: "Glissez ensuite pour ouvrir la barrière.",
    passkey: "Se connecter avec une clé d’accès",
    oidc: (name) => `Se connecter avec ${name}`,
    none: "Vous ne pouvez pas vous connecter : ce service n’a aucune méthode de connexion.",
    lockedOut: "Vous êtes bloqué. Demandez à l’administration de rétablir votre accès.",
    ended: "Vous avez été déconnecté. Reconnectez-vous pour continuer.",
    waiting: "En attente de votre appareil…",
    help: "Pas encore de clé d’accès ? Demandez un lien d’invitation à l’administration.",
    cancelled: "Votre appareil n’a pas fourni de clé d’accès. Réessayez.",
    unsupported:
      "Ce navigateur ne prend pas en charge les clés d’accès. Utilisez un navigateur plus récent.",
  },
  guest: {
    page: "Lien visiteur",
    over: "Ce lien visiteur n’est plus valable. Demandez-en un nouveau à la personne qui vous a invité.",
    replaces: (name) =>
      `Vous êtes connecté en tant que ${name}. Le lien visiteur vous déconnecte sur cet appareil.`,
    use: "Utiliser le lien visiteur",
    stay: "Rester connecté",
    signIn: "Se connecter plutôt",
  },
  invitation: {
    page: "Invitation",
    title: (name) => `Bienvenue, ${name}`,
    lead: "Créez une clé d’accès sur cet appareil. Vous vous connecterez ensuite avec votre empreinte, votre visage ou le verrouillage de l’écran.",
    make: "Créer une clé d’accès",
    over: "Cette invitation a expiré ou a déjà été utilisée. Demandez-en une nouvelle à l’administration.",
    cancelled: "Aucune clé d’accès n’a été créée. Réessayez.",
    signIn: "Se connecter plutôt",
  },
};
