/** The box's connection data, for the advice. */
export interface Subject {
  readonly thing: string;
  /** the folder of its settings and certificates */
  readonly folder: string;
  readonly endpoint: string;
  readonly port: number;
  readonly prefix: string;
  /** policies of AWS IoT Core, also in the stand-in; elsewhere an access list */
  readonly isAws: boolean;
}

/** The causes of failure that the doctor can detect from this machine. */
export type Cause = keyof typeof advice;

/** The finding of a file's check already says what to do. */
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
    `renew it ("boom-box rotate --thing ${thing}" if it was provisioned, else "boom-box certs --renew ${thing}"), and flash the box again`,
  "key-mismatch": told,
  "key-exposed": ({ folder }) => `chmod 600 ${folder}/private-key.*`,
  "ca-wrong": told,
  "clock-wrong": () =>
    "set this machine's clock, preferably by NTP: commands and certificate checks depend on the time",
  "endpoint-unresolved": ({ endpoint }) =>
    `correct "endpoint": ${endpoint}; "aws iot describe-endpoint --endpoint-type iot:Data-ATS" prints AWS's endpoint`,
  "no-dns": () => "no name server answers: check this machine's network and DNS settings",
  "no-ipv4": () => "the box supports only IPv4: give the broker an IPv4 address (an A record)",
  "wrong-endpoint": ({ endpoint }) =>
    `correct "endpoint", because ${endpoint} is not your broker: on AWS use the output of "aws iot describe-endpoint --endpoint-type iot:Data-ATS" (…-ats.iot.<region>.amazonaws.com), elsewhere a name in the broker's certificate`,
  "port-refused": ({ port }) =>
    `no program listens on port ${port} there, or a firewall rejects the connection: start the broker, or correct "endpoint" and "port"`,
  "port-blocked": ({ port }) =>
    `a firewall drops packets to port ${port}: allow outgoing connections; AWS also accepts MQTT on port 443 ("port": 443, "alpn": true)`,
  unreachable: () => "there is no route to that address: check this machine's network",
  "alpn-missing": () =>
    'set "alpn": true: this port accepts MQTT only from clients that offer x-amzn-mqtt-ca',
  "alpn-refused": ({ port }) =>
    `the server on port ${port} does not support x-amzn-mqtt-ca: set "alpn": false, or correct "endpoint" and "port"`,
  "tls-version": () =>
    "enable TLS 1.2 with ECDHE and AES128-GCM on the broker: the box supports nothing else",
  "not-tls": ({ port }) =>
    `correct "port": ${port} belongs to another service, or is the broker's port without TLS; the usual port is 8883`,
  "tls-failed": () => "check the broker's log for the reason",
  "server-untrusted": ({ folder }) =>
    `replace ${folder}/ca.der with the CA that signed the broker's certificate (AWS: AmazonRootCA1), in DER, and flash the box again`,
  "server-refused": ({ endpoint }) =>
    `issue the broker's certificate again: X.509 version 3 with a subjectAltName for ${endpoint}, an RSA key of 2048 to 4096 bits or a P-256 or P-384 key, signed with SHA-256 or stronger and not with RSA-PSS`,
  "root-refused": ({ folder }) =>
    `sign the broker's certificate with a CA that the box supports, and replace ${folder}/ca.der: X.509 version 3, basicConstraints CA, RSA of 2048 to 4096 bits or P-256 or P-384, SHA-256 or stronger`,
  "server-expired": () => "renew the broker's certificate on the broker",
  "certificate-refused": ({ thing, endpoint }) =>
    `the broker refuses the certificate of ${thing}: on AWS make it ACTIVE ("aws iot update-certificate"), and check that it is in the account and region of ${endpoint}; elsewhere add the CA that signed it to the broker's CA file`,
  "connect-denied": ({ thing, isAws }) =>
    isAws
      ? `allow iot:Connect as client/${thing} in the policy; if the policy uses the thing's name, attach the certificate to the thing ${thing}`
      : `allow the certificate's user and the client ID ${thing} on the broker (Mosquitto: use_identity_as_username, acl_file, clientid_prefixes)`,
  "not-let-in": ({ thing, isAws }) =>
    isAws
      ? `check that the policy allows iot:Connect as client/${thing}, that the policy is attached, and that the certificate is ACTIVE: AWS closes the connection in all three cases`
      : `look for ${thing} in the broker's log: it accepted the certificate and then closed the connection`,
  "client-id-refused": ({ thing }) => `allow ${thing} as a client ID in the broker's settings`,
  "broker-unavailable": () => "try again later, then check the broker's log",
  "subscribe-denied": ({ thing, prefix, isAws }) =>
    isAws
      ? `allow in the policy: iot:Subscribe on topicfilter/${prefix}/${thing}/command, and iot:Receive on topic/${prefix}/${thing}/command`
      : `allow ${thing} to read ${prefix}/${thing}/command in the broker's access list (Mosquitto: acl_file)`,
  "publish-denied": ({ thing, prefix, isAws }) =>
    isAws
      ? `allow in the policy: iot:Publish on topic/${prefix}/${thing}/event and topic/${prefix}/${thing}/status`
      : `allow ${thing} to write ${prefix}/${thing}/event and ${prefix}/${thing}/status in the broker's access list (Mosquitto: acl_file); also check its limits (Mosquitto: max_qos must be 1 or 2, max_packet_size at least 2048)`,
  "will-denied": ({ thing, prefix, isAws }) =>
    isAws
      ? `allow in the policy: iot:Publish and iot:RetainPublish on topic/${prefix}/${thing}/status, where the box's last will goes; without them, the broker refuses the box's CONNECT`
      : `the box's last will is a retained message with QoS 1 to ${prefix}/${thing}/status: allow that on the broker (Mosquitto: retain_available true, max_qos 1 or 2, acl_file)`,
  "command-retained": ({ thing, prefix }) =>
    `publish an empty retained message to ${prefix}/${thing}/command to clear it: the box refuses it at each connection`,
  "taken-over": ({ thing }) =>
    `another client connects as ${thing}, and the two disconnect each other: stop the second box or the "boom-box sim" with the same thingName; if it is this box itself, it works`,
  "reconnects-often": ({ thing }) =>
    `a second client connects as ${thing}, or the WiFi signal is weak: switch this box off and run "boom-box doctor --take-over --watch 150"`,
  dropped: () => "watch the connection for longer: boom-box doctor --watch 60",
  silent: () =>
    "the broker accepted the connection but does not answer: check its log, and the proxies or firewalls in between",
  "not-mqtt": () => 'the server does not speak MQTT 3.1.1: correct "endpoint" and "port"',
  "sdk-missing": told,
  "idf-missing": told,
  "port-missing": () =>
    "connect the board with a USB data cable, or name its port with --serial-port",
  "port-forbidden": told,
} as const satisfies Readonly<Record<string, ((subject: Subject) => string) | undefined>>;

export function adviceOn(cause: Cause, subject: Subject): string | undefined {
  return advice[cause]?.(subject);
}
