/**
 * What sipp is told to do, built from the few things that a call is made of. Each function returns a piece of a scenario
 * file (https://sipp.readthedocs.io/en/v3.6.1/scenarios/ownscenarios.html); words in [brackets] are filled in by sipp,
 * `[number]`, `[domain]` and `[callee]` by its launcher.
 */

export type Step = string;

/** Variables that not every scenario reads: sipp refuses one that is written only, unless it is told. */
export const scenario = (...steps: readonly Step[]): string =>
  [
    '<?xml version="1.0" encoding="ISO-8859-1"?>',
    '<scenario>',
    ...steps,
    '<Reference variables="from,to"/>',
    '</scenario>',
    '',
  ].join('\n');

/** Keeps who is who for requests of our own in the dialog. */
const keepsParties = (message: string): Step =>
  `<recv ${message} rrs="true"><action>${['From', 'To']
    .map((name) => `<ereg regexp=".*" search_in="hdr" header="${name}:" assign_to="${name.toLowerCase()}"/>`)
    .join('')}</action></recv>`;

export const awaitsInvite = (): Step => keepsParties('request="INVITE"');
export const awaits = (method: string): Step => `<recv request="${method}"/>`;
const PROVISIONAL = [100, 180, 183].map((code) => `<recv response="${code}" optional="true"/>`).join('\n');
/** Waits for a final response; provisional ones may come before it. */
export const awaitsFinal = (status: number): Step => `${PROVISIONAL}\n<recv response="${status}"/>`;
/** The ACK to a refusal that {@link awaitsFinal} has seen is part of its INVITE (RFC 3261 17.1.1.3), which is five steps back. */
export const REFUSED = '[branch-5]';
/** Waits for the answer to {@link invites}. */
export const awaitsAnswer = (): Step => `${PROVISIONAL}\n${keepsParties('response="200"')}`;

/** Waits for the test's word (`Sipp.cue`): a request that nobody else sends. */
export const awaitsCue = (): Step => '<recv request="CUE"/>';

/** The file of raw PCMU that its launcher puts beside the scenario. */
export const VOICE = 'voice.ul';
/** Plays it over and over, to where the last SDP wants it. */
export const plays = (): Step => `<nop><action><exec rtp_stream="${VOICE},-1,0"/></action></nop>`;

export type MediaDirection = 'sendrecv' | 'sendonly' | 'inactive' | 'recvonly';

export interface Sdp {
  direction?: MediaDirection;
  /** `echo` sends back what it hears, `stream` sends what it {@link plays}. */
  sound?: 'echo' | 'stream';
  /** RTP payload types of the audio: 0 is PCMU, which everybody has (RFC 3551 6). */
  formats?: string;
  /** Lines after the audio: another m-line, say. */
  more?: readonly string[];
}

const sdp = ({ direction = 'sendrecv', sound = 'echo', formats = '0 101', more = [] }: Sdp): string[] => [
  'v=0',
  'o=sipp 1 [cseq] IN IP[local_ip_type] [local_ip]',
  's=-',
  'c=IN IP[media_ip_type] [media_ip]',
  't=0 0',
  `m=audio ${sound === 'echo' ? '[media_port]' : '[rtpstream_audio_port]'} RTP/AVP ${formats}`,
  ...(formats.includes('101') ? ['a=rtpmap:101 telephone-event/8000', 'a=fmtp:101 0-15'] : []),
  `a=${direction}`,
  ...more,
];

export interface Content {
  headers?: readonly string[];
  sdp?: Sdp;
  /** Of a request; a new one without it. */
  branch?: string;
  /** Another body; its type is among the headers. */
  body?: readonly string[];
}

const message = (head: readonly string[], { headers = [], sdp: media, body = [] }: Content): Step => {
  const type = media ? ['Content-Type: application/sdp'] : [];
  const content = media ? sdp(media) : body;
  const lines = [...head, ...headers, ...type, 'Content-Length: [len]', '', ...content];
  return `<send><![CDATA[\n${lines.join('\n')}\n${content.length > 0 ? '' : '\n'}]]></send>`;
};

const CONTACT = 'Contact: <sip:[number]@[local_ip]:[local_port];transport=[transport]>';
const TAG = 'tag=[pid]sipp[call_number]';

/** A response to the INVITE that began the call. `status` with its words: `486 Busy Here`. */
export const answers = (status: string, content: Content = {}): Step =>
  message([`SIP/2.0 ${status}`, ...copied(`;${TAG}`), CONTACT], content);

/** A response inside the dialog, where the tags are there already. */
export const acknowledges = (status: string, content: Content = {}): Step =>
  message([`SIP/2.0 ${status}`, ...copied(''), CONTACT], content);

/** A refusal that says where else to try; its Contact is that. */
export const redirects = (status: string, contact: string): Step =>
  message([`SIP/2.0 ${status}`, ...copied(`;${TAG}`), `Contact: ${contact}`], {});

const copied = (tag: string): string[] => [
  '[last_Via:]',
  '[last_From:]',
  `[last_To:]${tag}`,
  '[last_Call-ID:]',
  '[last_CSeq:]',
  '[last_Record-Route:]',
];

const request = (method: string, uri: string, parties: readonly string[], content: Content): Step =>
  message(
    [
      `${method} ${uri} SIP/2.0`,
      `Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=${content.branch ?? '[branch]'}`,
      ...parties,
      'Call-ID: [call_id]',
      `CSeq: [cseq] ${method}`,
      'Max-Forwards: 70',
      CONTACT,
    ],
    content,
  );

/** A request in a call that sipp was called in, or that it has made. */
export const asksAs = {
  callee: (method: string, content: Content = {}): Step =>
    request(method, '[next_url]', ['[routes]', `From:[$to];${TAG}`, 'To:[$from]'], content),
  caller: (method: string, content: Content = {}): Step =>
    request(method, '[next_url]', ['[routes]', 'From:[$from]', 'To:[$to]'], content),
};

/** REGISTER with what is needed to prove who it is; the binding outlives the program. */
export const registers = (): Step => challenged('REGISTER', 'sip:[domain]', 401, 'To: <sip:[number]@[domain]>', {});

/** INVITE with what is needed to prove who it is. */
export const invites = (content: Content): Step =>
  challenged('INVITE', 'sip:[callee]@[domain]', 407, 'To: <sip:[callee]@[domain]>', content);

/**
 * Waits until {@link invites} is refused, and acknowledges it: without this ACK (RFC 3261 17.1.1.3) the refusal comes again and
 * again, to whatever uses the port next.
 */
export const awaitsRefusal = (status: number): Step =>
  [
    `${PROVISIONAL}\n${keepsParties(`response="${status}"`)}`,
    request('ACK', 'sip:[callee]@[domain]', ['From:[$from]', 'To:[$to]'], { branch: REFUSED }),
  ].join('\n');

function challenged(method: string, uri: string, status: 401 | 407, to: string, content: Content): Step {
  const parties = [`From: <sip:[number]@[domain]>;${TAG}`, to];
  const headers = content.headers ?? [];
  return [
    request(method, uri, parties, content),
    `${PROVISIONAL}\n<recv response="${status}" auth="true"/>`,
    ...(method === 'INVITE' ? [request('ACK', uri, [parties[0] ?? '', `${to}[peer_tag_param]`], {})] : []),
    request(method, uri, parties, { ...content, headers: [...headers, '[authentication]'] }),
  ].join('\n');
}
