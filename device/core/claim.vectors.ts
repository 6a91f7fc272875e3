/** Not a real certificate, but our reader accepts it: a SEQUENCE of 300 bytes. */
export const certificateBase64 = `MIIBKA${"A".repeat(394)}`;

export const certificatePem = `-----BEGIN CERTIFICATE-----\n${certificateBase64
  .match(/.{1,64}/g)
  ?.join("\n")}\n-----END CERTIFICATE-----\n`;

export const issuedText = JSON.stringify({
  certificateOwnershipToken: "token-1",
  certificateId: "0".repeat(64),
  certificatePem,
});

export const provisionedText = JSON.stringify({ thingName: "lot-7", deviceConfiguration: {} });

export const requestPem =
  "-----BEGIN CERTIFICATE REQUEST-----\nMIIC\n-----END CERTIFICATE REQUEST-----\n";
