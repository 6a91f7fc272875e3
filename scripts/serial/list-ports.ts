import { readdir, readFile, realpath } from "node:fs/promises";
import { dirname, join } from "node:path";
import { printable } from "../../host-sim/printable.ts";
import { loadSerialPort } from "./usb-serial-port.ts";

/** A serial port of this machine that is connected by USB. */
export interface ListedPort {
  readonly path: string;
  readonly vendorId: number;
  readonly productId: number;
  /** what the device calls itself, on one line; may be empty */
  readonly name: string;
}

const linuxTerminals = "/sys/class/tty";

/**
 * The USB serial ports, in the order of their names. On Linux they are read from the kernel, because
 * the package needs udev, which a container lacks.
 * @throws UserError on another system when "serialport" cannot be loaded
 */
export async function listPorts(): Promise<readonly ListedPort[]> {
  if (process.platform === "linux") return listLinuxPorts(linuxTerminals);
  const SerialPort = await loadSerialPort();
  const ports = await SerialPort.list();
  return sorted(
    ports.flatMap(({ path, vendorId, productId, manufacturer }) => {
      if (vendorId === undefined || productId === undefined) return [];
      const ids = {
        vendorId: Number.parseInt(vendorId, 16),
        productId: Number.parseInt(productId, 16),
      };
      return [{ path, ...ids, name: printable(manufacturer ?? "") }];
    }),
  );
}

/** @param folder the kernel's list of terminals, one link to a device for each */
export async function listLinuxPorts(folder: string): Promise<readonly ListedPort[]> {
  const names = await readdir(folder).catch(() => []);
  const ports: ListedPort[] = [];
  for (const name of names.filter((each) => /^tty(USB|ACM)\d+$/.test(each))) {
    const usb = await usbDeviceOf(join(folder, name));
    if (usb !== undefined) ports.push({ path: `/dev/${name}`, ...usb });
  }
  return sorted(ports);
}

/** Between a terminal and its USB device are the interface and the driver's own folders. */
const levels = 6;

async function usbDeviceOf(terminal: string) {
  let folder = await realpath(terminal).catch(() => undefined);
  for (let i = 0; i < levels && folder !== undefined; i++) {
    const vendorId = await textOf(folder, "idVendor");
    if (vendorId !== "") {
      const productId = Number.parseInt(await textOf(folder, "idProduct"), 16);
      const name = printable(await textOf(folder, "product"));
      return { vendorId: Number.parseInt(vendorId, 16), productId, name };
    }
    folder = dirname(folder);
  }
  return undefined;
}

const textOf = async (folder: string, file: string) =>
  (await readFile(join(folder, file), "utf8").catch(() => "")).trim();

const sorted = (ports: readonly ListedPort[]) =>
  [...ports].sort((a, b) => a.path.localeCompare(b.path, "en", { numeric: true }));
