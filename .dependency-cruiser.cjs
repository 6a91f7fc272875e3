/** Who may know whom; see docs/architecture.md. `npm run imports` checks it. */
const moddable =
  "^(embedded:.+|boom-box/(network|board)|mc/(ffi|config)|file|time|timer|resetReason|rng|crypt|curve|ecdsa|ecp|modular|pkcs8|(ssl|sdk)/.+)$";
const tests = "\\.(test|contract|fake|rig|vectors|program)\\.tsx?$";

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: "core-knows-itself-and-hal",
      comment: "device/core is sans-I/O: itself, the messages, hal.ts and the settings' shape.",
      severity: "error",
      from: { path: "^device/core/", pathNot: tests },
      to: {
        pathNot: [
          "^device/core/",
          "^device/messages/",
          "^device/(hal|config|gate-settings|characters)\\.ts$",
          "node_modules/mqtt-packet/",
        ],
      },
    },
    {
      name: "only-the-codec-knows-mqtt-packet",
      severity: "error",
      from: { path: "^device/", pathNot: ["^device/core/mqtt/codec\\.ts$", tests] },
      to: { path: "node_modules/mqtt-packet/" },
    },
    {
      name: "device-stands-alone",
      comment: "The firmware knows neither Node nor the simulator nor the scripts.",
      severity: "error",
      from: { path: "^device/", pathNot: ["^device/xs/", "^device/main\\.ts$", tests] },
      to: { pathNot: ["^device/", "node_modules/mqtt-packet/"] },
    },
    {
      name: "hardware-knows-moddable",
      comment: "What is outside of device/ is the SDK's: modules of ECMA-419 and Moddable.",
      severity: "error",
      from: { path: "^device/(xs/|main\\.ts$)", pathNot: tests },
      to: { pathNot: ["^device/", moddable] },
    },
    {
      name: "agent-and-core-are-handed-hardware",
      severity: "error",
      from: { path: "^device/", pathNot: ["^device/xs/", "^device/main\\.ts$", tests] },
      to: { path: "^device/xs/" },
    },
    {
      name: "hal-and-config-are-leaves",
      severity: "error",
      from: { path: "^device/hal\\.ts$" },
      to: { path: "." },
    },
    {
      name: "simulator-does-not-know-xs-or-scripts",
      severity: "error",
      from: { path: "^host-sim/", pathNot: tests },
      to: { path: "^(device/xs|scripts|web)/" },
    },
    {
      name: "shims-stand-alone",
      comment: "What stands in for npm's packages is preloaded below everything else.",
      severity: "error",
      from: { path: "^device/xs/shims/", pathNot: tests },
      to: { pathNot: ["^device/xs/shims/", "^device/core/utf8\\.ts$"] },
    },
    {
      name: "programs-for-xs-know-the-firmware-and-the-bridge",
      comment: "host-sim/xs/program runs on the engine: nothing of Node is there.",
      severity: "error",
      from: { path: "^host-sim/xs/(program/|protocol\\.ts$)", pathNot: tests },
      to: { pathNot: ["^device/(?!xs/)", "^host-sim/xs/(program/|protocol\\.ts$)"] },
    },
    {
      name: "hardware-knows-hal-alone",
      severity: "error",
      from: { path: "^host-sim/hardware/", pathNot: tests },
      to: { path: "^(device|host-sim)/", pathNot: ["^device/hal\\.ts$", "^host-sim/hardware/"] },
    },
    {
      name: "the-virtual-board-stands-alone",
      comment: "It knows what a flash looks like. What runs on it is passed in.",
      severity: "error",
      from: { path: "^host-sim/board/", pathNot: tests },
      to: {
        path: "^(device|host-sim)/",
        pathNot: ["^host-sim/board/", "^host-sim/(esp32/flash-image|site/time)\\.ts$"],
      },
    },
    {
      name: "web-knows-the-messages-alone",
      severity: "error",
      from: { path: "^web/", pathNot: tests },
      to: {
        path: "^(device|host-sim|scripts)/",
        pathNot: "^device/messages/[a-z-]+\\.ts$",
      },
    },
    {
      name: "the-page-runs-in-a-browser",
      comment:
        "The types of the API, the limits of its forms, its own words and three libraries. Nothing of Node or the service.",
      severity: "error",
      from: { path: "^web/page/", pathNot: tests },
      to: {
        pathNot: [
          "^web/page/",
          "^web/words/(page|administration|history|sign-in|languages)\\.ts$",
          "^web/(api|input-limits)\\.ts$",
          "^device/messages/",
          "node_modules/(preact|@simplewebauthn/browser|uqr)/",
        ],
      },
    },
    {
      name: "the-setup-page-runs-in-a-browser",
      comment: "What it says to the command's process, its words and one library. Nothing of Node.",
      severity: "error",
      from: { path: "^scripts/setup/page/", pathNot: tests },
      to: {
        pathNot: [
          "^scripts/setup/page/",
          "^scripts/setup/(view|words)\\.ts$",
          "node_modules/preact/",
        ],
      },
    },
    {
      name: "the-setup-session-knows-no-page",
      comment: "It is a state machine with a view. What serves and shows it is above.",
      severity: "error",
      from: {
        path: "^scripts/setup/(?!(app|command|server|page-files)\\.ts$|page/)",
        pathNot: tests,
      },
      to: {
        path: "^scripts/setup/(app|server|command|page-files|page-messages|browser-port)\\.ts$",
      },
    },
    {
      name: "rules-of-the-staff-app-are-pure",
      comment: "web/domain knows the contracts' words, and of Node what an address looks like.",
      severity: "error",
      from: { path: "^web/domain/", pathNot: tests },
      to: {
        pathNot: [
          "^web/domain/",
          "^web/api\\.ts$",
          "^device/messages/(command|text)\\.ts$",
          "^net$",
        ],
      },
    },
    {
      name: "only-the-store-knows-databases",
      severity: "error",
      from: { path: "^web/", pathNot: ["^web/store/", tests] },
      to: { path: "node_modules/(kysely|libsql|pg)/" },
    },
    {
      name: "messages-stand-alone",
      comment:
        "device/messages knows the words of hal.ts, what characters text is made of, and what bytes mean.",
      severity: "error",
      from: { path: "^device/messages/", pathNot: tests },
      to: {
        pathNot: [
          "^device/messages/",
          "^device/(hal|characters)\\.ts$",
          "^device/core/(base64|cbor|utf8)\\.ts$",
        ],
      },
    },
    {
      name: "no-test-code-in-production",
      severity: "error",
      from: { pathNot: tests },
      to: { path: tests },
    },
    {
      name: "no-dev-dependency-in-production",
      severity: "error",
      from: { path: "^(device|host-sim|scripts|web)/", pathNot: tests },
      to: { dependencyTypes: ["npm-dev"], pathNot: "node_modules/@types/" },
    },
    {
      name: "the-page-model-is-pure",
      severity: "error",
      from: { path: "^web/page/model/", pathNot: tests },
      to: {
        pathNot: [
          "^web/page/model/",
          "^web/words/page\\.ts$",
          "^web/api\\.ts$",
          "^device/messages/",
        ],
      },
    },
    {
      name: "words-stand-alone",
      comment: "web/words has text only. It runs in the browser and in the service.",
      severity: "error",
      from: { path: "^web/words/", pathNot: tests },
      to: { pathNot: ["^web/words/", "^web/api\\.ts$", "^device/messages/"] },
    },
    {
      name: "a-language-is-chosen-in-one-place",
      comment: "web/words/*.ts name the language. Everything else imports from there.",
      severity: "error",
      from: { pathNot: ["^web/words/", tests] },
      to: { path: "^web/words/[a-z]+/" },
    },
    {
      name: "store-cloud-domain-below-service",
      severity: "error",
      from: { path: "^web/(store|cloud|domain)/", pathNot: tests },
      to: { path: "^web/(service|page|words|run|environment|assets)" },
    },
    {
      name: "only-web-cloud-knows-brokers",
      severity: "error",
      from: { path: "^web/", pathNot: ["^web/cloud/", tests] },
      to: { path: "node_modules/(mqtt|mqtt-packet|aedes|@aws-sdk|@smithy)/" },
    },
    {
      name: "virtual-time-knows-no-real-hardware",
      severity: "error",
      from: { path: "^host-sim/(scenarios|soak)/", pathNot: tests },
      to: { path: "^host-sim/(hardware|cloud|xs|faults|terminal|advisor)/" },
    },
    {
      name: "the-stand-in-stands-alone",
      severity: "error",
      from: { path: "^host-sim/cloud/", pathNot: tests },
      to: { path: "^host-sim/(?!cloud/|printable)" },
    },
    {
      name: "certs-below-the-commands",
      severity: "error",
      from: { path: "^scripts/certs/(?!command)", pathNot: tests },
      to: { path: "^scripts/(?!certs/|command-line/)" },
    },
    {
      name: "command-line-below-everything",
      severity: "error",
      from: { path: "^scripts/command-line/", pathNot: tests },
      to: { path: "^(scripts/(?!command-line/)|web/)" },
    },
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
  },
};
