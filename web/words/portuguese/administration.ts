/** Portuguese, for `english/administration.ts`. */
import { numbersIn } from "../count.ts";
import type { AdministrationWords } from "../shape.ts";
import { positions } from "./positions.ts";

const { number, count } = numbersIn("pt-PT");

export const administration: AdministrationWords = {
  cancel: "Cancelar",

  fields: {
    required: "Preencha este campo.",
    longest: (length) =>
      count(length, {
        one: "Introduza no máximo # carácter.",
        other: "Introduza no máximo # caracteres.",
      }),
    email: "Introduza um endereço de e-mail, por exemplo ben@example.com.",
    date: "Introduza uma data completa entre 1970 e 2199, ou deixe o campo vazio.",
    time: "Introduza uma hora, de 00:00 a 23:59.",
    gateId: "Introduza 1 a 32 caracteres: a–z, 0–9 e -.",
    thingName: "Introduza 1 a 64 caracteres: a–z, A–Z, 0–9, _, : e -.",
    output:
      "Introduza 1 a 32 caracteres: a–z, A–Z, 0–9, _ e -, mas não command, event, status, update nem log.",
    timeZone: "Introduza um fuso horário da lista, por exemplo Europe/Berlin.",
  },

  finder: {
    search: "Procurar",
    count: (shown, found) =>
      shown === found
        ? count(found, { one: "# resultado", other: "# resultados" })
        : `${number(shown)} de ${number(found)} mostrados`,
    all: (found) => `Mostrar tudo (${number(found)})`,
    more: "Mostrar mais",
  },

  people: {
    title: "Pessoas",
    add: "Adicionar uma pessoa",
    name: "Nome",
    email: "E-mail",
    emailHint: "Opcional. Para iniciar sessão através da sua empresa.",
    administrator: "Administração",
    lockedOut: "Acesso bloqueado",
    noWayIn: "Não pode iniciar sessão: sem chave de acesso",
    passkeys: (total) => count(total, { one: "# chave de acesso", other: "# chaves de acesso" }),
    lastSeen: (when) => `Última visita: ${when}`,
    neverSeen: "Nunca iniciou sessão",
    save: "Guardar",
    saved: "Guardado.",
    back: "← Todas as pessoas",
    missing: "Esta pessoa não existe.",
    lockOut: "Bloquear",
    letIn: "Restabelecer o acesso",
    makeAdministrator: "Dar permissões de administração",
    makePerson: "Retirar as permissões de administração",
    removePasskeys: "Remover as chaves de acesso (telemóvel perdido)",
    sureLockOut: (name) => `Bloquear ${name}? Tem efeito imediato.`,
    sureMakeAdministrator: (name) =>
      `Dar permissões de administração a ${name}? Permitem alterar pessoas, acessos e cancelas.`,
    sureMakePerson: (name) => `Retirar as permissões de administração a ${name}?`,
    sureRemovePasskeys: (name) =>
      `Remover todas as chaves de acesso de ${name}? Para voltar a iniciar sessão, ${name} precisará de um novo link de convite.`,
    invite: "Novo link de convite",
    inviteLead: (name, until) =>
      `Envie este link a ${name}. Funciona uma só vez, até: ${until}. Copie-o agora: não voltará a ser mostrado.`,
    copy: "Copiar",
    copied: "Copiado",
    link: "Link de convite",
    done: "Concluído",
  },

  tokens: {
    title: "Programas",
    lead: (person) =>
      `Um programa com um token abre uma cancela em nome de ${person}, e nunca para além do acesso indicado acima.`,
    add: "Adicionar um programa",
    added: "O programa foi adicionado.",
    name: "Nome",
    nameHint:
      "O que utiliza o token, por exemplo um leitor de matrículas. O nome aparece no histórico.",
    secret: "Token",
    secretLead: (name) =>
      `O token para ${name}. Só é mostrado agora. Quem o tiver pode abrir a cancela.`,
    unused: "nunca utilizado",
    lastUsed: (when) => `última utilização: ${when}`,
    revoke: "Revogar",
    revokeName: (name) => `Revogar o token de ${name}`,
    sureRevoke: (name) => `Revogar o token de ${name}? Deixa de funcionar de imediato.`,
    revoked: "O token foi revogado.",
  },

  grants: {
    title: "Acesso",
    none: "Ainda sem acesso.",
    add: "Dar acesso",
    granted: "O acesso foi dado.",
    gate: "Cancela",
    daysTitle: "Dias",
    from: "Das",
    to: "Às",
    ends: "Último dia",
    endsHint: "Deixe vazio para um acesso sem data de fim.",
    withdraw: "Retirar",
    withdrawName: (gate) => `Retirar o acesso a ${gate}`,
    sureWithdraw: (person, gate) => `Retirar a ${person} este acesso a ${gate}?`,
    withdrawn: "O acesso foi retirado.",
    everyDay: "Todos os dias",
    allDay: "todo o dia",
    overMidnight: (hours) => `${hours} (dia seguinte)`,
    until: (when) => `até ${when}`,
    noDays: "Escolha pelo menos um dia.",
    sameHours: "O fim tem de ser diferente do início.",
    dayIsOver: "Este dia já terminou na cancela.",
    clock: (zone) => `Fuso horário da cancela: ${zone}.`,
  },

  gates: {
    title: "Cancelas",
    add: "Adicionar uma cancela",
    id: "Nome curto",
    idHint: "a–z, 0–9 e -. Não pode ser alterado mais tarde.",
    name: "Nome",
    thing: "Dispositivo (nome do objeto)",
    output: "Cancela no dispositivo",
    outputHint:
      "Só para um dispositivo com várias cancelas: o nome desta cancela nas definições do dispositivo. Caso contrário, deixe vazio.",
    notAtBox: "O dispositivo não tem essa cancela",
    notAtBoxLong: (output) =>
      `As definições do dispositivo não têm nenhuma cancela “${output}”, por isso o dispositivo não a abre. Corrija aqui “Cancela no dispositivo” ou as definições do dispositivo.`,
    zone: "Fuso horário",
    edit: "Editar",
    save: "Guardar",
    saved: "Guardado.",
    back: "← Todas as cancelas",
    missing: "Esta cancela não existe.",
    close: "Pôr fora de serviço",
    sureClose: (name) => `Pôr ${name} fora de serviço? Ninguém a poderá abrir.`,
    reopen: "Voltar a pôr em serviço",
    closed: "Fora de serviço",
    none: "Ainda não há cancelas.",
    health: {
      lastSeenAt: "Último sinal",
      gate: "Cancela",
      gates: "Cancelas no dispositivo",
      firmware: "Firmware",
      uptimeMs: "Tempo ligado",
      resetReason: "Motivo do reinício",
      rssi: "Sinal",
      address: "Endereço",
      certificateEndsAt: "Validade do certificado",
      clockDifferenceMs: "Relógio",
      opened: "Vezes que premiu o botão",
      refused: "Comandos recusados",
      connections: "Ligações",
      droppedEvents: "Eventos perdidos",
    },
    positions,
    eventsTitle: "O que o sensor da cancela mostrou",
    events: {
      "opened-by-hand": "Aberta sem a aplicação",
      "left-open": "Ficou aberta",
      "did-not-open": "Não abriu depois de o botão ser premido",
    },
    signal: (dBm) => `${number(dBm)} dBm`,
    clock: (ms) => {
      const seconds = Math.round(Math.abs(ms) / 1_000);
      if (seconds < 2) return "coincide com o serviço";
      const side = ms > 0 ? "adiantado" : "atrasado";
      return `${number(seconds)} s ${side} em relação ao serviço: verifique os dois relógios`;
    },
    never: "nunca",
    unknown: "–",
    renewSoon: "Renovar o certificado",
    renew: (until) => `${until}: renovar agora`,
  },
  otherCommands: {
    title: "Comandos de fora da aplicação",
    lead: "Vezes em que um botão foi premido num dispositivo, e comandos de pessoas que podem publicar diretamente para um dispositivo, por exemplo a partir da consola da AWS. Ninguém verificou os nomes. Se não conhecer algum, veja quem tem acesso ao seu broker.",
    empty: "Nenhum até agora.",
    unknown: "Remetente desconhecido",
    button: "O botão do dispositivo",
    claimed: (name) => `Identifica-se como “${name}”`,
  },
};
