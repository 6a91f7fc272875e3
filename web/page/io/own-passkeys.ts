/** The passkeys of the person who is signed in. */
import { startRegistration } from "@simplewebauthn/browser";
import type { NewPasskeyBody, OwnPasskeys, PasskeyCreation, RemovePasskeyBody } from "../../api.ts";
import type { Answer, Service } from "./service.ts";

export class OwnPasskeysService {
  readonly #service: Service;

  constructor(service: Service) {
    this.#service = service;
  }

  list = () => this.#service.call<OwnPasskeys>("GET", "/api/passkeys");
  rename = (id: string, name: string) =>
    this.#service.call<OwnPasskeys>("PATCH", pathOf(id), { name });
  remove = (id: string, body: RemovePasskeyBody) =>
    this.#service.call<OwnPasskeys>("DELETE", pathOf(id), body);

  async add(name: string): Promise<Answer<OwnPasskeys> | { readonly type: "cancelled" }> {
    const options = await this.#service.call<PasskeyCreation>("POST", "/api/passkeys/options", {});
    if (options.type !== "ok") return options;
    let response: NewPasskeyBody["response"];
    try {
      response = await startRegistration({ optionsJSON: options.value });
    } catch {
      // The person cancelled, or this device has a passkey already. The browser has shown which.
      return { type: "cancelled" };
    }
    const body: NewPasskeyBody = { name, response };
    return this.#service.call<OwnPasskeys>("POST", "/api/passkeys", body);
  }
}

function pathOf(id: string): string {
  return `/api/passkeys/${encodeURIComponent(id)}`;
}
