import mqttPacket from "mqtt-packet";

/** By name: a bundle's re-exports never include a default. */
export { mqttPacket };
