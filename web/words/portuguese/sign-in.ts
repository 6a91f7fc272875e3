/** Portuguese, for `english/sign-in.ts`. */
import type { SignInWords } from "../shape.ts";

export const signIn: SignInWords = {
  page: {
    title: "Iniciar sessão",
    lead: "Depois, deslize para abrir a cancela.",
    passkey: "Iniciar sessão com uma chave de acesso",
    oidc: (name) => `Iniciar sessão com ${name}`,
    none: "Não pode iniciar sessão: este serviço não tem nenhum método para o fazer.",
    lockedOut: "O seu acesso está bloqueado. Peça a um administrador que o restabeleça.",
    ended: "A sua sessão terminou. Inicie sessão novamente para continuar.",
    waiting: "A aguardar pelo seu telemóvel ou computador…",
    help: "Ainda não tem uma chave de acesso? Peça um link de convite a um administrador.",
    cancelled: "Não foi recebida nenhuma chave de acesso. Tente novamente.",
    unsupported: "Este navegador não suporta chaves de acesso. Utilize um navegador mais recente.",
  },
  guest: {
    page: "Link de visitante",
    over: "Este link de visitante já não é válido. Peça um novo à pessoa que o convidou.",
    replaces: (name) =>
      `Tem sessão iniciada como ${name}. O link de visitante termina a sua sessão neste dispositivo.`,
    use: "Usar o link de visitante",
    stay: "Manter a sessão",
    signIn: "Em vez disso, iniciar sessão",
  },
  invitation: {
    page: "Convite",
    title: (name) => `Damos-lhe as boas-vindas, ${name}`,
    lead: "Crie uma chave de acesso neste telemóvel ou computador. Depois, inicie sessão com a impressão digital, o rosto ou o bloqueio do ecrã.",
    make: "Criar uma chave de acesso",
    over: "Este convite expirou ou já foi utilizado. Peça um novo a um administrador.",
    cancelled: "Não foi criada nenhuma chave de acesso. Tente novamente.",
    signIn: "Em vez disso, iniciar sessão",
  },
};
