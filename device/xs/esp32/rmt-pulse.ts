import { thisChip } from "../../chip.ts";
import type { PulseOutput } from "../../hal.ts";

/**
 * ESP-IDF 6.0's functions, as XS FFI calls them (manifest.json declares them). Handles are addresses;
 * structures are buffers in the chip's own layout: 32 bits, little-endian.
 */
export interface RmtFunctions {
  rmt_new_tx_channel(config: ArrayBuffer, channel: ArrayBuffer): number;
  rmt_new_copy_encoder(config: ArrayBuffer, encoder: ArrayBuffer): number;
  rmt_enable(channel: number): number;
  rmt_transmit(
    channel: number,
    encoder: number,
    symbols: ArrayBuffer,
    byteLength: number,
    config: ArrayBuffer,
  ): number;
  rmt_tx_wait_all_done(channel: number, timeoutMs: number): number;
  esp_rom_gpio_connect_out_signal(
    pin: number,
    signal: number,
    isInverted: number,
    isEnableInverted: number,
  ): void;
}

/**
 * Pulses made by the RMT, the chip's remote control transceiver. It receives the length once, and
 * ends the pulse without the CPU. Its clock has the same frequency at any CPU frequency, also during a
 * restart ({@link RmtFacts.clock}). A CPU reset does not stop the RMT (ESP32 Technical Reference Manual,
 * 15.2). ESP-IDF's start resets it: on every chip, that ends a pulse too (esp_system, `esp_perip_clk_init`).
 *
 * Between two pulses, the pin is driven by the GPIO's own output, which is LOW.
 */
export class RmtPulseOutput implements PulseOutput {
  readonly #gpio: PulseOutput;
  readonly #pin: number;
  readonly #functions: RmtFunctions;
  /** the channel's signal in the GPIO matrix */
  readonly #signal: number;
  readonly #channel: number;
  readonly #encoder: number;
  /**
   * `rmt_transmit_config_t`: no loop; an error instead of a wait while a pulse is in progress; LOW
   * after it
   */
  readonly #transmitConfig = Uint32Array.of(0, 0b10).buffer;

  /**
   * @param gpio the pin as an output, LOW
   * @param index how many channels were made before this one: ESP-IDF takes the first free channel, and
   *   nothing else uses the RMT
   * @throws Error if the RMT is not available; the pin is LOW then
   */
  constructor(gpio: PulseOutput, pin: number, index: number, functions: RmtFunctions) {
    this.#gpio = gpio;
    this.#pin = pin;
    this.#signal = rmt.signal + index;
    this.#functions = functions;
    const handle = new ArrayBuffer(4);
    try {
      check("rmt_new_tx_channel", functions.rmt_new_tx_channel(channelConfig(pin), handle));
    } finally {
      // Creating a channel connects it to the pin. Its level is LOW too, but it must not own the
      // next edge.
      this.#disconnect();
    }
    this.#channel = addressIn(handle);
    check("rmt_new_copy_encoder", functions.rmt_new_copy_encoder(new ArrayBuffer(4), handle));
    this.#encoder = addressIn(handle);
    check("rmt_enable", functions.rmt_enable(this.#channel));
  }

  /** @throws Error if the last pulse has not ended, or the RMT refuses */
  pulse(durationMs: number): void {
    const functions = this.#functions;
    const waited = functions.rmt_tx_wait_all_done(this.#channel, lastPulseMs);
    check("rmt_tx_wait_all_done", waited);
    const symbols = pulseSymbols(durationMs);
    functions.esp_rom_gpio_connect_out_signal(this.#pin, this.#signal, 0, 0);
    const result = functions.rmt_transmit(
      this.#channel,
      this.#encoder,
      symbols,
      symbols.byteLength,
      this.#transmitConfig,
    );
    if (result !== 0) this.write(0);
    check("rmt_transmit", result);
  }

  /**
   * LOW ends a pulse: the pin is disconnected from the RMT. HIGH would never end, so it is refused.
   */
  write(value: 0 | 1): void {
    if (value === 1) throw new TypeError("only pulse() raises the gate's pin");
    this.#disconnect();
    this.#gpio.write(0);
  }

  #disconnect(): void {
    this.#functions.esp_rom_gpio_connect_out_signal(this.#pin, rmt.gpioSignal, 0, 0);
  }
}

/**
 * One pulse in the RMT's memory (Technical Reference Manual, 15.3.2). Each half of a symbol is a
 * duration of 15 bits and a level. The whole pulse fits the memory of one channel, so nothing has
 * to be refilled while it runs.
 * @returns little-endian words of 32 bits, two durations each
 */
export function pulseSymbols(durationMs: number): ArrayBuffer {
  const ticks = Math.max(2, Math.round(durationMs * ticksPerMs));
  const halves = 2 * Math.ceil(ticks / (2 * longestHalf));
  const view = new DataView(new ArrayBuffer(2 * halves));
  let rest = ticks;
  for (let i = 0; i < halves; i++) {
    const duration = Math.floor(rest / (halves - i));
    view.setUint16(2 * i, high | duration, true);
    rest -= duration;
  }
  return view.buffer as ArrayBuffer;
}

/** `rmt_tx_channel_config_t` (ESP-IDF 6.0, driver/rmt_tx.h). */
function channelConfig(pin: number): ArrayBuffer {
  const priority = 0; // any
  const flags = 0; // not inverted, LOW at first
  // The memory of one channel; the longest pulse (10 s) takes two symbols.
  const words = [pin, rmt.clock, 1000 * ticksPerMs, rmt.symbols, 1, priority, flags];
  return Uint32Array.from(words).buffer;
}

const { rmt } = thisChip;

/**
 * 100 µs each. The divider of a channel is 256 at most: REF_TICK is divided by 100; a crystal first by
 * 16 for all channels, then by 250.
 */
const ticksPerMs = 10;
const longestHalf = 0x7fff;
const high = 0x8000;
/** Our clock counts whole milliseconds: it may end a pulse one millisecond before the RMT does. */
const lastPulseMs = 20;

function addressIn(buffer: ArrayBuffer): number {
  return new DataView(buffer).getUint32(0, true);
}

/** @param result `esp_err_t` */
function check(name: string, result: number): void {
  if (result !== 0) throw new Error(`${name}: ESP-IDF error 0x${result.toString(16)}`);
}
