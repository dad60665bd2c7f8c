/** The CA's side of the dialogue: starts the user's process, believes it nothing, and does not wait for it for ever. */
import { spawn } from 'node:child_process'
import { Failure } from '../failure.ts'
import { readMessages, writeMessage } from './dialogue.ts'
import type { Signed, Task } from './dialogue.ts'

/** The user may stop the process, or have a home that hangs. */
const patience = 60_000

/** `program` is the command line of this very program with the verb that runs holdKey. */
export async function askHolder(
  program: readonly string[],
  task: Task,
  sign: (request: string) => Promise<Signed>,
): Promise<void> {
  const [file = '', ...args] = program
  // A session of its own: no terminal to write into, no working directory, no environment of the caller's.
  const child = spawn(file, args, { cwd: '/', env: {}, stdio: 'pipe', detached: true })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()).once('error', () => resolve()))
  const timer = setTimeout(() => child.kill('SIGKILL'), patience)
  // EPIPE: the child is gone, which shows as the missing answer.
  child.stdin.on('error', () => undefined)
  try {
    const complaints = readAll(child.stderr)
    const answers = readMessages(child.stdout)
    const next = async (wanted: 'request' | 'done') => {
      const answer: Readonly<Record<string, unknown>> = (await answers.next()).value ?? {}
      const text = answer[wanted]
      if (typeof text === 'string') return text
      // It has given up, has ended or talks nonsense: nothing more is to come.
      child.kill('SIGKILL')
      throw trouble(task, answer['trouble'], await complaints)
    }
    child.stdin.write(writeMessage(task))
    child.stdin.write(writeMessage(await sign(await next('request'))))
    await next('done')
  } finally {
    child.stdin.end()
    child.kill('SIGKILL')
    await ended
    clearTimeout(timer)
  }
}

function trouble({ login, folder }: Task, said: unknown, complaints: string): Failure {
  const why = typeof said === 'string' ? said.slice(0, 500) : `the process of ${login} ended early ${complaints}`.trim()
  return new Failure('certificate', `${folder}: cannot be written as ${login}: ${why}`, {
    hint: `give a folder that ${login} may write: --out FOLDER`,
  })
}

async function readAll(stream: AsyncIterable<Buffer | string>): Promise<string> {
  let text = ''
  for await (const chunk of stream) text = `${text}${chunk.toString('utf8')}`.slice(-500)
  return text
}
