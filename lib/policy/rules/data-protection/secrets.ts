// Words at the end of a name that say what it holds is a secret. API_KEY_FILE and SECRET_NAME say where it is, MAX_TOKENS how many.
const SECRET_NAME =
  /(^|[_.-])(api_?key|access_?key|auth|credentials?|passphrase|passwd|password|private_?key|pwd|secret|secret_?key|token)$/i;
// Special tokens of tokenizers.
const NOT_SECRET = /(^|_)(bos|cls|eos|mask|pad|sep|stop|unk)_token$/i;

// Says where Google's client libraries find a file: of a pod outside of Google Cloud it tells which token to exchange, and holds no secret.
const FILE_OF_CREDENTIALS = /^GOOGLE_APPLICATION_CREDENTIALS=\//;

// Prefixes that their makers document: OpenAI and Anthropic, Hugging Face, GitHub, GitLab, AWS, Google API keys, Slack; PEM keys.
const SECRET_VALUE =
  /^(sk-[\w-]{16,}|hf_\w{16,}|gh[opsu]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|AKIA[0-9A-Z]{16}|AIza[\w-]{30,}|xox[abprs]-[\w-]{10,})$|-----BEGIN [A-Z ]*PRIVATE KEY-----/;

/** True for a variable that holds a secret in clear, as its name or its value says. */
export function isSecretInClear(name: unknown, value: unknown): boolean {
  if (typeof value !== "string" || value === "") return false;
  if (FILE_OF_CREDENTIALS.test(`${String(name)}=${value}`)) return false;
  return SECRET_VALUE.test(value) || (SECRET_NAME.test(String(name)) && !NOT_SECRET.test(String(name)));
}

/** What a finding says in place of a secret: no report may print it. */
export const WITHHELD = "(withheld)";
