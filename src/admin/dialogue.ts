/** What the process with the CA and the process of the user say to each other: one line of JSON each, in turns. */

/** CA to user, first. */
export type Task = {
  readonly login: string
  readonly uid: number
  readonly gid: number
  readonly groups: readonly number[]
  readonly folder: string
}
/** User to CA: a PKCS#10 request. CA to user: what came of it. User to CA: where it is now. */
export type Request = { readonly request: string }
export type Signed = { readonly certificate: string; readonly authority: string }
export type Done = { readonly done: string }
export type Trouble = { readonly trouble: string }

/** Far more than a request or two certificates, and little enough to be kept. */
const maxLength = 65_536

export const writeMessage = (message: Task | Request | Signed | Done | Trouble): string =>
  `${JSON.stringify(message)}\n`

/** The string members of the next line; undefined at the end, for anything that is no such object, and for a line too long. */
export async function* readMessages(
  input: AsyncIterable<Buffer | string>,
): AsyncGenerator<Readonly<Record<string, unknown>>> {
  let rest = ''
  for await (const chunk of input) {
    rest += chunk.toString('utf8')
    if (rest.length > maxLength) return
    const lines = rest.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) yield parseMessage(line)
  }
}

function parseMessage(line: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}
