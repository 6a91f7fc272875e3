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
  passkeys: {
    title: "As suas chaves de acesso",
    lead: "Pode iniciar sessão com cada uma delas. Adicione uma para cada dispositivo que usa.",
    none: "Não tem chave de acesso. Inicia sessão através da sua empresa.",
    add: "Adicionar uma chave de acesso",
    create: "Criar uma chave de acesso",
    added: "A chave de acesso foi adicionada.",
    cancelled: "Não foi criada nenhuma chave de acesso. Talvez este dispositivo já tenha uma.",
    name: "Nome",
    nameHint: "Por exemplo “O meu telemóvel”, para a encontrar se perder o dispositivo.",
    nameless: "Chave de acesso sem nome",
    created: (when) => `criada: ${when}`,
    unused: "nunca usada para iniciar sessão",
    lastUsed: (when) => `última utilização: ${when}`,
    current: "Sessão iniciada aqui com ela",
    unusable: "Para um endereço anterior deste serviço",
    rename: "Mudar o nome",
    renameName: (name) => `Mudar o nome: ${name}`,
    save: "Guardar",
    renamed: "O nome foi mudado.",
    remove: "Remover",
    removeName: (name) => `Remover: ${name}`,
    sureRemove: (name) =>
      `Remover “${name}”? Os dispositivos com sessão iniciada com ela ficam sem sessão, exceto este.`,
    sureRemoveLast: (name) =>
      `Remover “${name}”? É a sua única forma de iniciar sessão. Depois de terminar a sessão aqui, só a administração pode deixá-lo entrar de novo.`,
    removed: "A chave de acesso foi removida.",
  },
  again: {
    title: "Iniciar sessão de novo",
    lead: "Iniciou sessão há mais de dez minutos. Inicie sessão de novo e crie depois a chave de acesso.",
    cancelled: "A sessão não foi iniciada. Tente de novo.",
  },
};
