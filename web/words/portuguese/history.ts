/** Portuguese, for `english/history.ts`. */
import type { HistoryWords } from "../shape.ts";

export const history: HistoryWords = {
  deletedPerson: "pessoa eliminada",
  changes: "Alterações",
  title: "Histórico",
  mine: "Os seus pedidos e os respetivos resultados.",
  everybody: "Os pedidos de todos e os respetivos resultados.",
  empty: "Ainda não há pedidos.",
  more: "Mostrar mais",
  csv: "Transferir como CSV",
  filter: "Filtrar",
  gate: "Cancela",
  person: "Pessoa",
  state: "Resultado",
  from: "De",
  to: "Até",
  all: "Tudo",
  nobody: "Pessoa desconhecida",
  guest: (name, inviter) => `Visitante ${name}, a convite de ${inviter}`,
  via: (program) => `com ${program}`,
  pressed: (seconds) => `${seconds} s`,
  states: {
    recorded: "Enviado",
    sent: "Aceite",
    opened: "Botão premido",
    refused: "Recusado",
    unanswered: "Sem resposta",
    failed: "Não enviado",
    denied: "Não permitido",
  },
};
