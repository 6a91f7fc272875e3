/** English, for `web/words/sign-in.ts`. */
export const signIn = {
  page: {
    title: "Sign in",
    lead: "Then slide to open the gate.",
    passkey: "Sign in with a passkey",
    oidc: (name: string) => `Sign in with ${name}`,
    none: "You cannot sign in: this service has no sign-in method.",
    lockedOut: "You are locked out. Ask an administrator to restore your access.",
    ended: "You have been signed out. Sign in again to continue.",
    waiting: "Waiting for your device…",
    help: "No passkey yet? Ask an administrator for an invitation link.",
    cancelled: "Your device did not provide a passkey. Try again.",
    unsupported: "This browser does not support passkeys. Use a newer browser.",
  },
  guest: {
    page: "Guest link",
    over: "This guest link is not valid any more. Ask the person who invited you for a new one.",
    replaces: (name: string) =>
      `You are signed in as ${name}. The guest link signs you out on this device.`,
    use: "Use the guest link",
    stay: "Stay signed in",
    signIn: "Sign in instead",
  },
  invitation: {
    page: "Invitation",
    title: (name: string) => `Welcome, ${name}`,
    lead: "Create a passkey on this device. Then sign in with your fingerprint, face or screen lock.",
    make: "Create a passkey",
    over: "This invitation has expired or has already been used. Ask an administrator for a new one.",
    cancelled: "No passkey was created. Try again.",
    signIn: "Sign in instead",
  },
};
