/** What the tests do with a browser that speaks WebDriver: by HTTP [W3C WebDriver] or by BiDi. */

/** One input device and what it does, as in `performActions` of WebDriver and of BiDi. */
export type InputSource =
  | {
      readonly type: "pointer";
      readonly id: string;
      readonly parameters: { readonly pointerType: PointerType };
      readonly actions: readonly PointerAction[];
    }
  | { readonly type: "key"; readonly id: string; readonly actions: readonly KeyAction[] };

export type PointerType = "mouse" | "touch";

type Pause = { readonly type: "pause"; readonly duration: number };
type PointerAction =
  | Pause
  | { readonly type: "pointerDown" | "pointerUp"; readonly button: 0 }
  | {
      readonly type: "pointerMove";
      readonly duration: number;
      /** px from the corner of the window */
      readonly x: number;
      readonly y: number;
    };
type KeyAction = Pause | { readonly type: "keyDown" | "keyUp"; readonly value: string };

export interface RemoteBrowser {
  goTo(url: string): Promise<void>;
  /**
   * Runs JavaScript in the page.
   * @param expression of a value that JSON can have
   */
  evaluate(expression: string): Promise<unknown>;
  perform(source: InputSource): Promise<void>;
  /** for the page that is open */
  setCookie(name: string, value: string): Promise<void>;
  deleteCookies(): Promise<void>;
  /** Adds the {@link authenticator}. @returns whether the browser has any */
  addAuthenticator(): Promise<boolean>;
  close(): Promise<void>;
}

/** Of a virtual authenticator that is built into the device, like that of a phone, and always confirms. */
export const authenticator = {
  protocol: "ctap2",
  transport: "internal",
  hasResidentKey: true,
  hasUserVerification: true,
  isUserConsenting: true,
  isUserVerified: true,
} as const;

/** The value of a key without a character, by its name in WebDriver's table. */
export const keys = { Enter: "\ue007", Space: " " } as const;
