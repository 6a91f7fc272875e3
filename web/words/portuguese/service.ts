/** Portuguese, for `english/service.ts`. */
import { numbersIn } from "../count.ts";
import type { ServiceWords } from "../shape.ts";
import { positions } from "./positions.ts";

const { number } = numbersIn("pt-PT");

const youAreLockedOut = "O seu acesso está bloqueado. Peça a um administrador que o restabeleça.";
const attemptOver = "O início de sessão demorou demasiado ou já foi utilizado. Tente novamente.";

export const service: ServiceWords = {
  positions,

  page: {
    title: "Boom Box",
    description:
      "A aplicação do pessoal para a cancela do parque de estacionamento: deslize para abrir e leia o que o dispositivo fez.",
    noScript: "Esta página precisa de JavaScript para mostrar o estado atual do dispositivo.",
    back: "Voltar à aplicação",
  },

  nameless: "Pessoa sem nome",

  problems: {
    missing: {
      gate: "Esta cancela não existe.",
      grant: "Este acesso não existe.",
      request: "Este pedido não existe.",
      token: "Este token não existe.",
      person: "Esta pessoa não existe.",
      guest: "Este visitante não existe.",
      holidays: "Esta lista de feriados não existe.",
      passkey: "Esta chave de acesso não existe.",
      webhook: "Este webhook não existe.",
      delivery: "Não há nenhuma mensagem assim que possa ser enviada novamente.",
      page: "Esta página não existe.",
    },
    denials: {
      "no-grant": "Não tem acesso a esta cancela.",
      "not-yet": "O seu acesso a esta cancela ainda não começou.",
      "not-now": "Não tem acesso a esta cancela a esta hora.",
      holiday: "Não tem acesso a esta cancela num feriado.",
      "grant-ended": "O seu acesso a esta cancela expirou.",
      "used-up": "Todas as aberturas deste link já foram utilizadas.",
      "gate-closed": "Esta cancela está fora de serviço.",
    },
    signInFirst: "Inicie sessão primeiro.",
    tooManyAttempts: (seconds) =>
      `Demasiadas tentativas. Tente novamente dentro de ${number(seconds)} s.`,
    tooManyRequests: (seconds) =>
      `Demasiados pedidos. Tente novamente dentro de ${number(seconds)} s.`,
    conflict: "Isto está em conflito com uma entrada existente.",
    cannotSave: (seconds) =>
      `De momento, o serviço não consegue guardar dados. Nada foi feito. Tente novamente dentro de ${number(seconds)} s.`,
    stopping: (seconds) =>
      `O serviço está a encerrar. Nada foi feito. Tente novamente dentro de ${number(seconds)} s.`,
    unexpected: (id) =>
      `Ocorreu um erro. O registo contém os pormenores com o identificador ${id}.`,
    notJson: "O corpo não é JSON válido.",
    incompleteBody: "O corpo está incompleto.",
    contentType: "O tipo de conteúdo tem de ser application/json.",
    bodyTooLarge: (bytes) => `O corpo tem mais de ${number(bytes)} bytes.`,
    crossSite: "Este pedido não vem da página da aplicação.",
    outdatedPage: "Esta página está desatualizada. Recarregue-a.",
    administratorsOnly: "Para isto são necessárias permissões de administração.",
    idTaken: "Este identificador pertence a outro pedido.",
    noToken: "Envie um token válido no cabeçalho Authorization: Bearer TOKEN.",
    otherGate: "Este token é para outra cancela.",
    onlyPost: "Só POST abre uma cancela.",
    idempotencyKey:
      "O cabeçalho Idempotency-Key tem de ter 1 a 64 caracteres ASCII visíveis, sem aspas nem barras invertidas.",
    noBody: "O corpo tem de estar vazio ou ser {}.",
    wait: (seconds) => `O cabeçalho Prefer só pode ser wait=SEGUNDOS, no máximo ${seconds}.`,
    failures: {
      "too-late": "O pedido chegou demasiado tarde. Nada foi enviado.",
      "box-offline": "O dispositivo da cancela está offline. Nada foi enviado.",
      "broker-away":
        "De momento, o serviço não consegue contactar os dispositivos. Nada foi enviado.",
      "service-busy":
        "O serviço estava demasiado ocupado para enviar o pedido a tempo. Nada foi enviado. Tente novamente.",
    },
    webhookOff: "Este webhook está desligado. Ligue-o primeiro.",
    tooManyWebhooks: (count) =>
      `Há ${number(count)} webhooks, e não pode haver mais. Elimine um primeiro.`,
    noPersonOrGate: "A pessoa ou a cancela não existe.",
    lockedOut: "Esta pessoa está bloqueada. Restabeleça primeiro o acesso.",
    lastAdministrator:
      "É a última pessoa com permissões de administração. Dê-as primeiro a outra pessoa.",
    signInAgain: "Inicie sessão de novo antes de adicionar uma chave de acesso.",
    newPasskeyRefused: "Esta chave de acesso não foi aceite. Tente de novo.",
    tooManyPasskeys: (count) => `Já tem ${count} chaves de acesso. Remova uma primeiro.`,
    lastWayIn: "É a sua única forma de iniciar sessão. Adicione primeiro outra chave de acesso.",
    lastAdministratorsPasskey:
      "Sem esta chave de acesso, ninguém com permissões de administração poderia iniciar sessão. Adicione primeiro outra chave de acesso.",
    passkeyRefused:
      "Esta chave de acesso não foi aceite. Peça a um administrador um link de convite para a registar novamente.",
    youAreLockedOut,
    attemptOver,
    guestOver: "Este link de visitante já não é válido. Peça um novo à pessoa que o convidou.",
    guestTooLong: (days) => `endsAt: pode ser no máximo ${days} dias depois de startsAt`,
    inviterLockedOut: "A pessoa que convida está bloqueada. Escolha outra.",
    tooManyGrants: (count) => `São mais de ${number(count)} acessos. Escolha menos.`,
    tooManyLists: (count) => `Já há ${number(count)} listas de feriados. Remova uma.`,
    invitationOver: "Este convite expirou ou já foi utilizado. Peça um novo a um administrador.",
  },

  field: {
    required: "é obrigatório",
    unexpected: "não é um campo conhecido",
    invalid: "não é válido",
    text: "tem de ser texto",
    notEmpty: "não pode estar vazio",
    maximumLength: (length) => `pode ter no máximo ${length} caracteres`,
    oneLine: "tem de ser uma linha de caracteres visíveis",
    email: "tem de ser um endereço de e-mail",
    uuid: "tem de ser um UUID em minúsculas",
    gateId: "tem de ter 1 a 32 caracteres de a–z, 0–9 e -",
    thingName:
      "tem de ter 1 a 64 caracteres de a–z, A–Z, 0–9, _, : e -, e não pode começar por service-",
    output:
      "tem de ter 1 a 32 caracteres de a–z, A–Z, 0–9, _ e -, e não pode ser command, event, status, update nem log",
    timeZone: "tem de ser um fuso horário IANA, por exemplo Europe/Berlin",
    number: "tem de ser um número",
    wholeNumber: "tem de ser um número inteiro",
    time: "tem de ser um momento em ms desde 1970",
    atLeast: (minimum) => `tem de ser ${minimum} ou mais`,
    atMost: (maximum) => `tem de ser ${maximum} ou menos`,
    webhookUrl:
      "tem de ser um endereço como https://example.com/hook, sem palavra-passe nem fragmento",
    webhookHttps:
      "tem de começar por https://, exceto nos hosts que o operador permite em BOOM_BOX_WEB_WEBHOOK_PRIVATE_HOSTS",
    webhookEvent: "tem de ser o nome de um evento",
    deliveryState: "tem de ser waiting, delivered ou dead",
    trueOrFalse: "tem de ser true ou false",
    weekday: "tem de ser de 1 a 7",
    noDay: "tem de ter pelo menos um dia",
    repeatedDay: "não pode ter o mesmo dia duas vezes",
    repeated: "não pode ter a mesma entrada duas vezes",
    guestState: "tem de ser upcoming, valid, used-up, ended ou revoked",
    guestToken: "tem de ser o token de um link de visitante",
    past: "tem de estar no futuro",
    tooFar: "tem de ser antes do ano 2200",
    endsBeforeStart: "tem de ser depois do início",
    noHours: "fromMinute e toMinute têm de ser diferentes",
    requestState: "tem de ser o estado de um pedido",
    changeSubject:
      "tem de ser person, passkey, invitation, token, grant, guest, gate, holidays ou webhook",
    sort: "tem de ser uma ordem desta lista",
    listPosition: "tem de ser o `next` de uma página na mesma ordem",
    historyPosition: "tem de ser o `next` de uma página do histórico",
    base64url: "tem de estar em base64url",
    language: (languages) => `tem de ser um destes valores: ${languages}`,
    transport: "tem de ser o nome de um transporte WebAuthn",
    atMostEntries: (count) => `pode ter no máximo ${count} entradas`,
    invitationToken: "tem de ser o token de um convite",
  },

  calendar: {
    atLine: (line, what) => `Linha ${line}: ${what}`,
    notCalendar:
      "O ficheiro tem de começar por BEGIN:VCALENDAR. Exporte o calendário como iCalendar (.ics), ou cole o conteúdo do respetivo endereço.",
    cut: (name) => `O ficheiro termina antes de END:${name}. Copie-o todo.`,
    wrongEnd: (name) =>
      `END:${name} não termina nada que tenha começado aqui. Exporte o ficheiro novamente.`,
    notContent: "Isto não é uma linha de um ficheiro iCalendar. Corrija-a ou remova-a.",
    noStart: "Este evento não tem DTSTART. Adicione-o, ou remova o evento.",
    twice: (name) => `Este evento tem um segundo ${name}. Remova um deles.`,
    timed:
      "Isto não é um dia inteiro. Transforme-o num evento de dia inteiro, com VALUE=DATE, ou remova-o.",
    notDate: "Esta data não existe. Escreva-a como 20261225.",
    endNotLater:
      "DTEND tem de ser depois de DTSTART: é o dia a seguir ao último. Corrija-o ou remova-o.",
    tooLong: (days) => `Este evento dura mais de ${days} dias. Encurte-o.`,
    rule: "Só é lida uma regra anual: FREQ=YEARLY com INTERVAL, COUNT, UNTIL, BYMONTH, BYMONTHDAY ou BYDAY. Substitua-a por eventos separados.",
    ruleWithoutMonth:
      "Uma regra anual com BYDAY ou BYMONTHDAY também precisa de BYMONTH. Adicione-o.",
    notRead: (name) => `${name} não é lido. Substitua este evento por eventos separados.`,
    tooManyEvents: (count) => `O ficheiro tem mais de ${number(count)} eventos. Divida-o.`,
    tooManyDays: (count) => `O ficheiro tem mais de ${number(count)} dias. Divida-o.`,
    noDays: (year) =>
      `O ficheiro não tem nenhum evento de dia inteiro desde hoje até ao fim de ${year}.`,
    nameless: "Feriado",
  },

  oidc: {
    defaultName: "a sua empresa",
    title: "Sessão não iniciada",
    attemptOver,
    notConfirmed: (provider) => `O início de sessão com ${provider} não foi concluído.`,
    notAllowed: "Não tem permissão para utilizar esta aplicação.",
    notJudged:
      "O início de sessão da sua empresa não deu informações suficientes sobre si. Contacte um administrador: os pormenores estão no registo do serviço.",
    lockedOut: youAreLockedOut,
    contact: (contact) => `Ajuda: ${contact}`,
    unavailable: (provider) =>
      `De momento, o início de sessão com ${provider} não está disponível. Tente mais tarde.`,
  },
};
