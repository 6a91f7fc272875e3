import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InvalidArgumentError } from "commander";
import { UserError } from "../command-line/user-error.ts";
import { choosePort, onlyBoard } from "./choose-port.ts";
import { type ListedPort, listLinuxPorts } from "./list-ports.ts";
import { openError } from "./open-error.ts";
import { portName } from "./port-name.ts";
import { parseTcpAddress } from "./tcp-address.ts";

const devKit: ListedPort = {
  path: "/dev/ttyUSB0",
  vendorId: 0x10c4,
  productId: 0xea60,
  name: "CP2102N USB to UART Bridge Controller",
};
const clone: ListedPort = { path: "/dev/ttyUSB1", vendorId: 0x1a86, productId: 0x7523, name: "" };
const modem: ListedPort = { path: "/dev/ttyACM0", vendorId: 0x1199, productId: 1, name: "Modem" };

function refusal(ports: readonly ListedPort[]): string {
  try {
    onlyBoard(ports);
  } catch (error) {
    assert.ok(error instanceof UserError);
    return error.message;
  }
  return assert.fail("a port was chosen");
}

describe("the name of a port", () => {
  const accepted = ["/dev/ttyUSB0", "COM3", "\\\\.\\COM12", "/dev/cu.usbserial-0001"];
  for (const name of [...accepted, "socket://localhost:5555", "socket://[::1]:5555"]) {
    it(`may be ${name}`, () => assert.equal(portName(name), name));
  }
  for (const name of ["", "a\nb", "http://a:1", "socket://a", "socket://a:0", "socket://a:99999"]) {
    it(`is not ${JSON.stringify(name)}`, () =>
      assert.throws(() => portName(name), InvalidArgumentError));
  }

  it("gives host and port of a TCP address, and only of one", () => {
    assert.deepEqual(parseTcpAddress("socket://10.0.0.7:4000"), { host: "10.0.0.7", port: 4000 });
    assert.deepEqual(parseTcpAddress("socket://[fd00::1]:1"), { host: "fd00::1", port: 1 });
    assert.equal(parseTcpAddress("/dev/ttyUSB0"), undefined);
  });
});

describe("finding the board's port", () => {
  it("takes the only board, beside devices of other kinds", () => {
    assert.equal(onlyBoard([modem, clone]), clone);
  });

  it("asks for a cable when there is none, and names the ports that are there", () => {
    assert.match(
      refusal([]),
      /^no board was found: connect it with a USB cable that carries data$/,
    );
    assert.match(refusal([modem]), /or name its port with --port: \/dev\/ttyACM0 \(Modem\)$/);
  });

  it("names all boards when there are several", () => {
    assert.equal(
      refusal([devKit, clone]),
      "2 boards are connected: name one with --port: /dev/ttyUSB0 (CP2102N USB to UART Bridge Controller), /dev/ttyUSB1 (WCH)",
    );
  });

  it("says so when the port that was named does not exist", async () => {
    await assert.rejects(
      choosePort("/dev/nowhere"),
      /^UserError: there is no serial port \/dev\/nowhere: /,
    );
  });
});

describe("the list of ports on Linux", () => {
  const directory = mkdtempSync(join(tmpdir(), "boom-box-tty-"));
  const list = join(directory, "class");
  after(() => rmSync(directory, { recursive: true }));

  /** As the kernel shows them: /sys/class/tty has links to folders below the USB device's. */
  function plug(name: string, device: string, inner: string, files: Record<string, string>) {
    const usb = join(directory, "devices", device);
    const terminal = join(usb, inner, name);
    mkdirSync(terminal, { recursive: true });
    mkdirSync(list, { recursive: true });
    for (const [file, text] of Object.entries(files)) writeFileSync(join(usb, file), `${text}\n`);
    symlinkSync(terminal, join(list, name));
  }

  it("has what is connected by USB, with its ids and a printable name", async () => {
    const cp2102 = { idVendor: "10c4", idProduct: "ea60", product: "CP2102\u001b[2J" };
    plug("ttyUSB10", "1-2", "1-2:1.0/ttyUSB10/tty", { ...cp2102 });
    plug("ttyUSB9", "1-1", "1-1:1.0/ttyUSB9/tty", { ...cp2102 });
    plug("ttyACM0", "1-3", "1-3:1.0/tty", { idVendor: "303a", idProduct: "1001" });
    plug("ttyS0", "serial8250", "tty", {});
    plug("ttyUSB11", "no-usb", "tty", {});
    assert.deepEqual(await listLinuxPorts(list), [
      { path: "/dev/ttyACM0", vendorId: 0x303a, productId: 0x1001, name: "" },
      { path: "/dev/ttyUSB9", vendorId: 0x10c4, productId: 0xea60, name: "CP2102 [2J" },
      { path: "/dev/ttyUSB10", vendorId: 0x10c4, productId: 0xea60, name: "CP2102 [2J" },
    ]);
  });

  it("is empty where there is none", async () => {
    assert.deepEqual(await listLinuxPorts(join(directory, "nothing")), []);
  });
});

describe("a port that cannot be opened", () => {
  const messages: readonly [string, string, RegExp][] = [
    [
      "Error: No such file or directory, cannot open /dev/ttyUSB0",
      "missing",
      /there is no serial port/,
    ],
    ["Opening COM3: File not found", "missing", /there is no serial port/],
    ["Error Resource temporarily unavailable Cannot lock port", "busy", /is in use: close/],
    ["Error: Device or resource busy, cannot open /dev/ttyUSB0", "busy", /is in use: close/],
    ["Opening COM3: Access denied", "busy", /is in use: close/],
    ["Error: Permission denied, cannot open /dev/ttyUSB0", "forbidden", /usermod -aG dialout/],
    ["Error: Input/output error", "other", /cannot be opened \(Error: Input\/output error\)/],
  ];
  for (const [message, problem, words] of messages) {
    it(`is ${problem}: ${message}`, () => {
      const error = openError("/dev/ttyUSB0", new Error(message));
      assert.equal(error.problem, problem);
      assert.match(error.message, words);
      assert.doesNotMatch(error.message, /\n/);
    });
  }
});
