import mqttPacket from "mqtt-packet";

/** By name: what a bundle re-exports never includes a default. */
export { mqttPacket };
