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
  passkeys: {
    title: "Vos clés d’accès",
    lead: "Vous pouvez vous connecter avec chacune d’elles. Ajoutez-en une pour chaque appareil que vous utilisez.",
    none: "Vous n’avez pas de clé d’accès. Vous vous connectez par votre entreprise.",
    add: "Ajouter une clé d’accès",
    create: "Créer une clé d’accès",
    added: "La clé d’accès a été ajoutée.",
    cancelled: "Aucune clé d’accès n’a été créée. Cet appareil en a peut-être déjà une.",
    name: "Nom",
    nameHint: "Par exemple « Mon téléphone », pour la retrouver si vous perdez l’appareil.",
    nameless: "Clé d’accès sans nom",
    created: (when) => `créée : ${when}`,
    unused: "jamais utilisée pour se connecter",
    lastUsed: (when) => `dernière utilisation : ${when}`,
    current: "Connecté ici avec elle",
    unusable: "Pour une ancienne adresse de ce service",
    rename: "Renommer",
    renameName: (name) => `Renommer : ${name}`,
    save: "Enregistrer",
    renamed: "La clé d’accès a été renommée.",
    remove: "Supprimer",
    removeName: (name) => `Supprimer : ${name}`,
    sureRemove: (name) =>
      `Supprimer « ${name} » ? Les appareils connectés avec elle sont déconnectés, sauf celui-ci.`,
    sureRemoveLast: (name) =>
      `Supprimer « ${name} » ? C’est votre seul moyen de vous connecter. Après votre déconnexion ici, seule l’administration pourra vous redonner accès.`,
    removed: "La clé d’accès a été supprimée.",
  },
  again: {
    title: "Se connecter de nouveau",
    lead: "Votre connexion date de plus de dix minutes. Connectez-vous de nouveau, puis créez la clé d’accès.",
    cancelled: "Vous n’avez pas été connecté. Réessayez.",
  },
};
