/** Portuguese as written in Portugal, for `english/page.ts`. */
import { numbersIn } from "../count.ts";
import type { PageWords } from "../shape.ts";

const { count } = numbersIn("pt-PT");

export const page: PageWords = {
  language: "pt",
  locale: "pt-PT",
  languages: "Idioma",
  app: "Boom Box",
  title: (page) => `${page} · Boom Box`,
  skip: "Ir para o conteúdo",
  loading: "A carregar…",
  unreachable: "Não é possível contactar o serviço. A tentar novamente…",
  notReached: "O serviço não respondeu. Verifique a sua ligação.",
  tryAgain: "Tentar novamente",
  reload: "Recarregar a página",
  help: (contact) => `Ajuda: ${contact}`,

  nav: {
    open: "Abrir",
    history: "Histórico",
    people: "Pessoas",
    gates: "Cancelas",
    guests: "Visitantes",
    label: "Menu principal",
  },
  signOut: "Terminar sessão",

  boxes: {
    online: "Dispositivo online",
    offline: "Dispositivo offline",
    unknown: "Estado do dispositivo desconhecido",
  },
  denials: {
    "no-grant": "Sem acesso",
    "not-yet": "Ainda não",
    "not-now": "Não a esta hora",
    holiday: "Não num feriado",
    "grant-ended": "Acesso expirado",
    "used-up": "Aberturas esgotadas",
    "gate-closed": "Fora de serviço",
  },
  steps: ["Enviado", "Aceite", "Botão premido"],
  control: {
    slide: "Deslize para abrir",
    keep: "Continue a premir…",
    busy: "Um momento…",
    name: (gate) => `Abrir ${gate}: deslize ou mantenha premida a tecla Enter`,
    twoStep: "Abrir sem deslizar",
    sure: (gate) => `Premir agora o botão de “${gate}”?`,
    yes: "Sim, abrir",
    no: "Cancelar",
    tabs: "Cancelas",
    choose: "Cancela",
    choice: (gate, box) => `${gate} · ${box}`,
    notChosen: "Escolha uma cancela",
    none: "Ainda não tem acesso a nenhuma cancela. Contacte um administrador.",
    gone: "A cancela escolhida já não está disponível. Escolha uma cancela.",
    broken: "Sem ligação",
    brokenLong:
      "A ligação ao serviço perdeu-se, por isso o estado do dispositivo é desconhecido. A tentar novamente…",
    checking: "A verificar…",
    polling:
      "As atualizações em direto não chegam. Em vez disso, esta página pergunta a cada poucos segundos.",
    offlineLong:
      "O dispositivo da cancela está offline. Não pode abrir a cancela com o telemóvel até que ele volte a estar online.",
    unknownLong: "O dispositivo da cancela ainda não comunicou o seu estado.",
    lastSeen: (when) => `Último sinal: ${when}.`,
    opensAt: (when) => `Pode voltar a abri-la a partir de: ${when}.`,
    opensFrom: (when) => `Pode abri-la a partir de: ${when}.`,
    pass: (left, from, until) =>
      `${count(left, { one: "Resta # abertura", other: "Restam # aberturas" })} · ${from} – ${until}`,
    askInviter: (inviter) => `Peça um novo link a ${inviter}, de quem recebeu o convite.`,
  },

  reasons: {
    retained: "O broker entregou uma mensagem antiga, por isso o dispositivo ignorou-a.",
    expired:
      "A mensagem chegou demasiado tarde, por isso o dispositivo ignorou-a. Tente novamente.",
    future: "Os relógios do dispositivo e do serviço são diferentes. Avise um administrador.",
    duplicate: "O dispositivo já tratou este pedido.",
    busy: "A cancela ainda está em movimento. Tente novamente dentro de um minuto.",
    cooldown: "O botão acabou de ser premido. O dispositivo espera um pouco entre duas vezes.",
    "clock-unset": "O dispositivo ainda não sabe as horas. Tente novamente dentro de um minuto.",
    malformed: "O dispositivo não conseguiu ler a mensagem. Avise um administrador.",
    "unknown-action": "O dispositivo não suporta este pedido. Avise um administrador.",
    "unknown-gate": "O dispositivo não tem essa cancela. Avise um administrador.",
    "too-large": "A mensagem era demasiado longa para o dispositivo. Avise um administrador.",
    "no-grant": "Não tem acesso a esta cancela.",
    "not-yet": "O seu acesso ainda não começou.",
    "not-now": "Não tem acesso a esta hora.",
    holiday: "Não tem acesso num feriado.",
    "grant-ended": "O seu acesso expirou.",
    "used-up": "Todas as aberturas deste link já foram utilizadas.",
    "gate-closed": "Esta cancela está fora de serviço.",
    "box-offline": "O dispositivo está offline. Nada aconteceu na cancela.",
    "broker-away":
      "De momento, o serviço não consegue contactar os dispositivos. Nada aconteceu na cancela.",
    "too-late":
      "O pedido chegou demasiado tarde ao serviço, por isso nada foi enviado. Nada aconteceu na cancela.",
    "service-busy":
      "O serviço estava demasiado ocupado para enviar o pedido a tempo. Nada aconteceu na cancela. Tente novamente.",
    "clocks-differ":
      "Os relógios do dispositivo e do serviço são diferentes, por isso o dispositivo recusa todos os pedidos. Avise um administrador.",
    "rate-limited": "Demasiados pedidos. Aguarde alguns segundos e tente novamente.",
  },
  outcome: {
    posting: "A enviar…",
    recorded: "Enviado. A aguardar o broker…",
    accepted: "Aceite. A aguardar o dispositivo…",
    opened: "Botão premido",
    openedFor: (seconds) => `O dispositivo premiu o botão durante ${seconds} s.`,
    openedUnknown: "O dispositivo premiu o botão. Não comunicou durante quanto tempo.",
    refused: "Recusado pelo dispositivo",
    unanswered: "Sem resposta do dispositivo",
    unansweredLong:
      "O comando foi enviado, mas o dispositivo não respondeu. Veja a cancela antes de tentar novamente.",
    failed: "Não enviado",
    denied: "Não permitido",
    unknown: "Resultado desconhecido",
    unknownLong:
      "A ligação perdeu-se antes de chegar uma resposta. O dispositivo pode ter recebido o comando, ou não. Veja a cancela antes de tentar novamente.",
    retrying: "Ainda sem resposta. Mais uma tentativa…",
    turnedDown: "Não enviado",
  },
};
