/**
 * The closed catalogue of errors. Each code has one line that says what is wrong (in the detail) and one that says what to do.
 * A code is added here and nowhere else; README's table is checked against it.
 */
export const ERRORS = {
  CONFIG_NOT_FOUND: 'Give the file with -c, or copy configs/lookout.yaml and edit it.',
  CONFIG_SYNTAX: 'Mend the YAML at the line shown.',
  CONFIG_INVALID: 'Mend the key at the file and line shown; configs/lookout.yaml shows every key.',
  CONFIG_WRITE: 'Check that the file and its folder can be written.',
  CONFIG_CHANGED: 'Somebody else has edited it meanwhile: read it again, and make the edit anew.',
  RULE_EXISTS: 'Choose another id, or remove the rule first.',
  RULE_NOT_FOUND: 'See `lookout rule list` for the ids.',
  CAMERA_EXISTS: 'Choose another id, or remove the camera first.',
  CAMERA_NOT_FOUND: 'See `lookout camera list` for the ids.',
  CAMERA_DISABLED: 'Switch it on: `enabled: true` in the configuration, on the page, or over MQTT.',
  CAMERA_URL_SCHEME: 'Use rtsp(s)://, rtmp(s):// or http(s):// (….flv, ….ts, ….m3u8), or a push key (`rtmp_key`) for cameras that publish to Lookout.',
  CAMERA_UNREACHABLE: 'Check the address, that the camera is on, and its user and password.',
  CAMERA_NO_VIDEO: 'The stream has no video that can be decoded; choose another stream of the camera.',
  CAMERA_STALLED: 'The camera stopped sending; Lookout keeps trying.',
  CAMERA_ENCRYPTED: 'Lookout has no keys for encrypted playlists; give it an unencrypted stream of the camera.',
  ADDRESS_REFUSED: 'If the address is meant, list it (address, network or host name) under `network.allow` in the configuration.',
  REDIRECT_REFUSED: 'Give the address that it leads to itself, if that is meant; a host that playlists may name goes under `network.allow`.',
  TLS_UNVERIFIED: 'Give the name that the certificate is made out to, or set `tls: any` for this camera to take any certificate.',
  MEDIA_UNREACHABLE: 'Check the address, and that it can be reached from this machine.',
  MEDIA_GONE: 'The camera no longer had the moment, or not yet: the alert stands without this picture or clip.',
  MEDIA_BUSY: 'Too many alerts of one camera at once: this one has no picture or clip of its own. A cooldown makes them fewer.',
  MEDIA_WRITE: 'Check the free space and the permissions of media.dir.',
  MEDIA_SPACE: 'Make room on the disk of media.dir, or lower media.max_mb; until then alerts have no pictures and clips.',
  RECORDINGS_WRITE: 'Check that recordings.dir can be written, and that its disk keeps up; until then there is a gap in the recording.',
  RECORDINGS_SPACE: 'Make room on the disk of recordings.dir, or lower recordings.max_mb; until then nothing is recorded.',
  LIVE_BUSY: 'Close one of the views of this camera, here or on another screen.',
  LIVE_UNPLAYABLE: 'This stream cannot be shown live; the page shows pictures of it instead.',
  CHILD_EXITED: 'It is restarted; if it recurs, look at the log lines before it.',
  RTMP_REFUSED: 'If this was a camera of yours: let it push to the address that `lookout camera add --push` printed.',
  PORT_IN_USE: 'Another program has this port: stop it or set another port.',
  MODEL_NOT_FOUND: 'Set model.name to a folder in Hugging Face layout (config.json, *.safetensors, tokenizer.json).',
  MODEL_CONFIG_INVALID: 'config.json is not that of a Qwen3-VL checkpoint this version can run.',
  MODEL_WEIGHTS_MISSING: 'Copy the missing file into the model folder; the download may be incomplete.',
  MODEL_WEIGHTS_CORRUPT: 'The file is damaged or cut short: download it again.',
  MODEL_WEIGHTS_DTYPE: 'Use a checkpoint with weights in float32, float16 or bfloat16, as published; `lookout model import` makes smaller ones of it.',
  MODEL_REPO_NOT_FOUND: 'Check the name, the revision and the endpoint.',
  MODEL_REPO_REFUSED: "Ask for access on the model's page, and put a token that may read it into HF_TOKEN.",
  MODEL_REPO_INCOMPLETE: 'Pull another repository or revision: this one cannot be run as it is.',
  MODEL_PULL: 'Run the same command again: it goes on where it stopped.',
  MODEL_FOLDER: 'Choose a folder with --out that can be written and holds no other model.',
  MODEL_DISK_SPACE: 'Make room on the disk, or choose a folder on another with --out.',
  MODEL_MEMORY: 'Free memory, or take a smaller precision or model; `lookout model info` says what each needs.',
  MODEL_RUNTIME: 'The model process failed; it is restarted. See the log lines before it.',
  MODEL_CONTEXT_EXCEEDED: 'Shorten the window, lower the frame rate, or raise video_processor.max_context_length and model.memory_mb.',
  MODEL_BUSY: 'Ask again in a moment: the model answers a few questions at a time, and cameras go first.',
  MODEL_UNKNOWN: 'Name the model that Lookout runs; GET /v1/models lists it.',
  ENGINE_UNREACHABLE: 'Check the addresses under engine.endpoints, and that the engine runs; Lookout keeps trying.',
  ENGINE_UNTRUSTED: "Set the endpoint's ca to the certificate of the authority that signed the engine's, and its url to a name that it is made out to.",
  ENGINE_CERTIFICATE: "Set the endpoint's cert and key to a certificate that the engine knows and its key, both PEM and readable by Lookout.",
  ENGINE_TIMEOUT: 'The engine takes too long: give it fewer requests at a time (engine.at_once), more time (engine.timeout) or more engines.',
  ENGINE_FAILED: "See the engine's own log; Lookout tries again, and another endpoint where there is one.",
  ENGINE_REFUSED: "Check the endpoint's api_key and engine.model; the engine's own words say what it will not take.",
  ENGINE_ANSWER: 'The engine answers what is no answer: check that the address is that of an OpenAI-compatible server, and its kind.',
  ENGINE_BUSY: 'More is asked of the engines than they take: raise engine.at_once, or add an endpoint.',
  ENGINE_UNSUITABLE: 'Serve a vision-language model that can be shown pictures, such as Qwen3-VL, and name it in engine.model.',
  CHAT_INVALID: 'Mend the part of the request that is named.',
  CHAT_UNSUPPORTED: 'Leave out the part of the request that is named; the answer would not be what it asks for.',
  REFERENCE_INVALID: 'Record the file again with test/reference/record.py.',
  BROKER_UNREACHABLE: 'Check mqtt.url and that the broker runs; alerts wait in the outbox and are sent when it is back.',
  BROKER_REFUSED: 'Check mqtt.username and mqtt.password.',
  BROKER_UNTRUSTED: "Set mqtt.ca to the certificate of the authority that signed the broker's, and mqtt.url to a name that it is made out to; renew one that has expired.",
  BROKER_CERTIFICATE: 'Set mqtt.cert and mqtt.key to a certificate that the broker knows and its key, both PEM and readable by Lookout.',
  STORE_OPEN: 'Check that the folder of store.path exists and can be written.',
  STORE_LOCKED: 'Another Lookout writes to this event log: stop it, or give this one a store.path of its own.',
  STORE_CORRUPT: 'Restart Lookout, which sets a damaged event log aside, or restore a copy; a file that is no event log has to be moved away.',
  STORE_WRITE: 'Check the free space and the permissions of the folder of store.path.',
  LOG_UNKNOWN_ID: 'See `lookout alerts --json` and `lookout events --json` for ids; what is older than the retention is deleted.',
  TIME_UNPARSABLE: 'Write a time as 2026-01-31T14:05, "10 minutes ago", "yesterday 3pm" or "昨天下午3点".',
  TOOL_MISSING: 'Install it (Debian: apt-get install the package named).',
  LABELS_INVALID: 'Labels are JSON: [{"event": "…", "start": seconds, "end": seconds}].',
  VIDEO_UNREADABLE: 'Check the path, and that ffprobe can read the file.',
  FILE_WRITE: 'Check the folder that it is to be in: its permissions, and its free space.',
  RANGE_AHEAD: 'Ask again when that time is past; `now` is the last seconds of a camera.',
  MEDIA_URL_SCHEME: 'Give an http(s) address, or `upload:<id>` as POST /v1/uploads answers it.',
  UPLOAD_NOT_FOUND: 'Upload the video again: uploads are deleted after ask.upload_hours.',
  UPLOAD_TOO_LARGE: 'Cut or shrink the video (`lookout normalize`), or raise ask.upload_mb.',
  TOKEN_MISSING: 'Send `Authorization: Bearer <token>`, or open the page by the link with its token; `lookout token add` makes one.',
  TOKEN_WRONG: 'This token is not known, or was removed; `lookout token list` shows the names of those that hold.',
  TOKEN_SCOPE: 'Use a token that may do this: viewer looks, editor changes cameras and rules, admin settings and tokens.',
  TOKEN_IN_URL: 'A token belongs in the header `Authorization`, since addresses end up in logs and histories; replace this one.',
  TOKEN_EXISTS: 'Choose another name, or remove the token first.',
  TOKEN_NOT_FOUND: 'See `lookout token list` for the names.',
  TOKENS_INVALID: 'Mend or remove the file of tokens (api.tokens), and make new ones with `lookout token add`.',
  HOST_REFUSED: 'List the name or address under which Lookout is reached in `api.hosts`.',
  ORIGIN_REFUSED: 'Pages of other sites may not call this API; list their origin under `api.origins` if that is meant.',
  REQUEST_INVALID: 'Mend the part of the request named; /docs shows what it may hold.',
  REQUEST_TYPE: 'Send the body as application/json, or as the kind that /docs names.',
  REQUEST_TOO_LARGE: 'Send less; /docs says how much a request may hold.',
  REQUEST_TIMEOUT: 'The request took too long to arrive; send it again.',
  ROUTE_NOT_FOUND: 'See /docs for what there is.',
  METHOD_NOT_ALLOWED: 'See /docs for the methods of this address.',
  TOO_MANY_REQUESTS: 'Wait for as long as the header Retry-After says.',
  SERVER_BUSY: 'Ask again in a moment: few of these are done at once.',
  API_CERTIFICATE: 'Set api.cert and api.key to a certificate and its key, both PEM and readable by Lookout.',
  INTERNAL: "A fault of Lookout's own: its log says more.",
  USAGE: 'See --help.',
} as const;

export type ErrorCode = keyof typeof ERRORS;

/** An error of the catalogue: `code`, what is wrong (`detail`), and what to do (`remedy`). Its message is one line. */
export class LookoutError extends Error {
  readonly code: ErrorCode;
  readonly detail: string;
  readonly remedy: string;

  constructor(code: ErrorCode, detail: string, options?: { cause?: unknown }) {
    super(`${code}: ${detail} ${ERRORS[code]}`, options);
    this.name = 'LookoutError';
    this.code = code;
    this.detail = detail;
    this.remedy = ERRORS[code];
  }
}
