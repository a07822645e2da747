/**
 * The tables as the code sees them. Times are integer milliseconds since the epoch and flags are 0 or 1, so that the
 * same schema and queries work on SQLite and PostgreSQL.
 */
export interface Schema {
  accounts: AccountsTable;
  sessions: SessionsTable;
  sip_credentials: SipCredentialsTable;
  login_failures: LoginFailuresTable;
  call_records: CallRecordsTable;
  push_subscriptions: PushSubscriptionsTable;
  server_keys: ServerKeysTable;
  pbx_calls: PbxCallsTable;
  live_calls: LiveCallsTable;
}

export interface AccountsTable {
  id: string;
  /** What is typed at log-in, lower case. */
  username: string;
  extension: string;
  display_name: string;
  avatar_url: string | null;
  /** See accounts/passwords.ts for its form. */
  password_hash: string;
  /** 1 for the demo accounts, whose password everybody knows: they do not exist off the loopback address. */
  demo: number;
  created_at: number;
}

export interface SessionsTable {
  id: string;
  /** SHA-256 of the cookie's token, hex; the token itself is not kept. */
  token_hash: string;
  account_id: string;
  created_at: number;
  expires_at: number;
}

export interface SipCredentialsTable {
  auth_user: string;
  account_id: string;
  /** UUID of the browser profile. */
  device: string;
  session_id: string;
  /** MD5(auth_user:realm:password), hex. */
  ha1: string;
  created_at: number;
}

export interface LoginFailuresTable {
  /** As typed, lower case, whether or not there is such an account. */
  username: string;
  failures: number;
  last_at: number;
  /** 0 when not locked. */
  locked_until: number;
}

export interface CallRecordsTable {
  id: string;
  call_id: string;
  caller: string;
  callee: string;
  started_at: number;
  answered_at: number | null;
  ended_at: number | null;
  /** The final SIP code of the INVITE; null while it rings. */
  final_code: number | null;
}

export interface PushSubscriptionsTable {
  account_id: string;
  /** UUID of the browser profile, lower case. */
  device: string;
  session_id: string;
  endpoint: string;
  p256dh: string;
  auth: string;
  /** What a person knows the device by. */
  name: string;
  /** Origin of the page that subscribed. */
  origin: string;
  updated_at: number;
}

export interface ServerKeysTable {
  name: string;
  value: string;
}

export interface PbxCallsTable {
  call_id: string;
  ring_id: string;
  /** Of one run of one gateway. */
  owner: string;
  /** Where the other gateways reach it. */
  owner_url: string;
  /** After it, another gateway may take the call. */
  lease_until: number;
  /** JSON; see pbx/facts.ts. */
  facts: string;
}

export interface LiveCallsTable {
  /** Of the dialog. */
  call_id: string;
  /** Of the INVITE that the call began with: what its record goes by. */
  first_call_id: string;
  /** Account. */
  caller: string;
  /** UUID, lower case; null for a telephone that is no device of ours. */
  caller_device: string | null;
  caller_tag: string;
  /** GRUU; null where other devices cannot reach it. */
  caller_target: string | null;
  callee: string;
  callee_device: string | null;
  callee_tag: string;
  callee_target: string | null;
  answered_at: number;
  /** Unless the call is refreshed before. */
  expires_at: number;
}
