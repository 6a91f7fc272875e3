/** The history, which everybody may ask for. A phone at the gate does not load it. */
import type { HistoryPage, HistoryQuery } from "../../api.ts";
import type { Service } from "./service.ts";

export function askHistory(service: Service, query: HistoryQuery) {
  return service.call<HistoryPage>("GET", `/api/history${queryString(query)}`);
}

export function queryString(query: object): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) parameters.set(name, String(value));
  const text = parameters.toString();
  return text === "" ? "" : `?${text}`;
}
