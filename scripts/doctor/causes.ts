/** Where and as whom the box connects: what the advice names. */
export interface Subject {
  readonly thing: string;
  /** the folder of its settings and certificates */
  readonly folder: string;
  readonly endpoint: string;
  readonly port: number;
  readonly prefix: string;
}

/** Whatever keeps a box from working, as far as it can be seen from a desk. */
export type Cause = keyof typeof advice;

/** The files' own trouble is told with its remedy, in one line: nothing to add. */
const told = undefined;

/** What to do about each cause. */
const advice = {
  "settings-missing": told,
  "settings-invalid": told,
  "certificate-missing": told,
  "certificate-form": told,
  "certificate-expired": told,
  "certificate-not-yet-valid": told,
  "certificate-expires-soon": ({ thing }) =>
    `renew it in time ("boom-box certs --renew ${thing}" for one it made, "boom-box rotate --thing ${thing}" for one that was provisioned), and flash the box again`,
  "key-mismatch": told,
  "key-exposed": ({ folder }) => `chmod 600 ${folder}/private-key.*`,
  "ca-wrong": told,
  "clock-wrong": () =>
    "set this machine's clock, by NTP if it can be; what it signs and checks is dated",
  "endpoint-unresolved": ({ endpoint }) =>
    `look for a slip in "endpoint": ${endpoint}; on AWS it is what "aws iot describe-endpoint --endpoint-type iot:Data-ATS" says`,
  "no-dns": () => "no name server answers: is this machine on the network?",
  "no-ipv4": () => "the box speaks IPv4 alone: give the broker an IPv4 address (an A record)",
  "wrong-endpoint": ({ endpoint }) =>
    `${endpoint} is not where your broker is: on AWS take what "aws iot describe-endpoint --endpoint-type iot:Data-ATS" says (…-ats.iot.<region>.amazonaws.com), else a name that the broker's certificate bears`,
  "port-refused": ({ port }) =>
    `nothing listens on port ${port} there, or a firewall says no: start the broker, or correct "endpoint" and "port"`,
  "port-blocked": ({ port }) =>
    `a firewall swallows port ${port}: have it opened outwards; AWS also takes MQTT on port 443 ("port": 443, "alpn": true)`,
  unreachable: () => "there is no way to that address from here: look at this machine's network",
  "alpn-missing": () =>
    'set "alpn": true: this port speaks MQTT only to who asks for x-amzn-mqtt-ca',
  "alpn-refused": ({ port }) =>
    `what listens on port ${port} does not know x-amzn-mqtt-ca: set "alpn": false, or correct "endpoint" and "port"`,
  "tls-version": () =>
    "the box speaks TLS 1.2 with ECDHE and AES128-GCM: let the broker offer that too",
  "not-tls": ({ port }) =>
    `port ${port} does not speak TLS: it is another service, or the broker's port without TLS; 8883 is usual`,
  "tls-failed": () => "look into the broker's log: it knows why it ended the handshake",
  "server-untrusted": ({ folder }) =>
    `the broker's certificate does not lead to ${folder}/ca.der: put the certificate of the CA there that signed it (AWS: AmazonRootCA1), in DER, and flash the box again`,
  "server-expired": () => "the broker's certificate is out of its dates: renew it there",
  "certificate-refused": ({ thing, endpoint }) =>
    `the broker does not take the certificate of ${thing}: on AWS make it ACTIVE ("aws iot update-certificate"), and see that it is of the account and region of ${endpoint}; elsewhere the broker's CA file must hold the CA that signed it`,
  "connect-denied": ({ thing }) =>
    `the policy must allow iot:Connect as client/${thing}, and the certificate be attached to the thing ${thing} when the policy uses its name`,
  "not-let-in": ({ thing }) =>
    `hung up on without a word: the policy does not allow iot:Connect as client/${thing}, no policy is attached, or the certificate is not ACTIVE; AWS says the same to all three`,
  "client-id-refused": ({ thing }) =>
    `the broker does not want ${thing} as a client id: look into its settings`,
  "broker-unavailable": () =>
    "the broker says it cannot serve now: try again, then look into its log",
  "subscribe-denied": ({ thing, prefix }) =>
    `the policy must allow iot:Subscribe on topicfilter/${prefix}/${thing}/command, and iot:Receive on topic/${prefix}/${thing}/command`,
  "publish-denied": ({ thing, prefix }) =>
    `the policy must allow iot:Publish on topic/${prefix}/${thing}/event and topic/${prefix}/${thing}/status`,
  "will-denied": ({ thing, prefix }) =>
    `the policy must allow iot:Publish and iot:RetainPublish on topic/${prefix}/${thing}/status: the box's last will goes there, and without it the box is not let in`,
  "command-retained": ({ thing, prefix }) =>
    `the box refuses it at each connection: clear it by publishing an empty retained message to ${prefix}/${thing}/command`,
  "taken-over": ({ thing }) =>
    `another client connects as ${thing} and the two throw each other out: a second box or a "boom-box sim" with the same thingName, or this box itself, which then works`,
  "reconnects-often": ({ thing }) =>
    `a second client connects as ${thing}, or its WiFi is weak: switch this box off and run "boom-box doctor --take-over --watch 150"`,
  dropped: () => "watch for longer: boom-box doctor --watch 60",
  silent: () =>
    "the broker took the connection and does not answer: look into its log, and at what is in between",
  "not-mqtt": () => 'it does not speak MQTT 3.1.1: correct "endpoint" and "port"',
  "sdk-missing": told,
  "idf-missing": told,
  "port-missing": () =>
    "plug the board in, by a cable that carries data, or name its port: --serial-port",
  "port-forbidden": told,
} as const satisfies Readonly<Record<string, ((subject: Subject) => string) | undefined>>;

export function adviceOn(cause: Cause, subject: Subject): string | undefined {
  return advice[cause]?.(subject);
}
