/** What a refused call is rejected with, as on the platform. */
export type FetchError = Error & {
  readonly status: number;
  readonly statusText: string;
  readonly ok: false;
  readonly body: {
    readonly message: string;
    readonly output?: { readonly fieldErrors?: Readonly<Record<string, readonly { readonly message: string }[]>> };
  };
};

const EXPIRED = 401;

/** Calls the org as the signed-in user; an ended session loads the page again. */
export async function call<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`/lightning/api/${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  if (response.status === EXPIRED) location.reload();
  const text = await response.text();
  if (response.ok) return JSON.parse(text) as Answer;
  throw toFetchError(response, text);
}

function toFetchError({ status, statusText }: Response, text: string): FetchError {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = null;
  }
  const told = Array.isArray(body) ? (body[0] as unknown) : body;
  const answer = (told ?? { message: statusText }) as FetchError['body'];
  return Object.assign(new Error(answer.message), { status, statusText, ok: false as const, body: answer });
}
