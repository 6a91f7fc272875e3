import { describeHardware } from "../../device/hal.contract.ts";
import { makeHardware } from "./hardware.fake.ts";

describeHardware("the hardware on Node", makeHardware);
