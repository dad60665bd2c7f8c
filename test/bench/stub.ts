/** A stub of an engine inside a lab (stub-engine.cjs), and the ways to it. */
import { chmodSync, copyFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Engine } from '../support/engine.ts'
import type { Lab } from '../support/lab.ts'
import { until } from '../support/until.ts'

/** What makes a client ask there. */
export type Way = { readonly name: string; readonly env: Readonly<Record<string, string>> }

export type Stub = AsyncDisposable & { readonly unix: Way; readonly tls: Way; readonly slow: Way }

const script = '/run/lab/stub-engine.cjs'
const socket = '/run/lab/stub.sock'

/** It shows the certificate of a real engine, to whose users it is therefore known. */
export async function startStub(lab: Lab, { certificates, env }: Engine): Promise<Stub> {
  copyFileSync(join(import.meta.dirname, 'stub-engine.cjs'), lab.path(script))
  const running = lab.spawn(['node', script, socket, certificates.folder])
  let end: string | undefined
  void running.done.then(({ stderr }) => (end = stderr))
  const [, port = '', slow = ''] = await until(
    () => {
      if (end !== undefined) throw new Error(`the stub ended: ${end}`)
      return /^ports ([0-9]+) ([0-9]+)$/m.exec(running.output()) ?? undefined
    },
    { what: 'the stub' },
  )
  chmodSync(lab.path(socket), 0o666)
  const overTls = (at: string) => ({ ...env('alice'), DOCKER_HOST: `tcp://127.0.0.1:${at}` })
  return {
    unix: { name: 'unix', env: { DOCKER_HOST: `unix://${socket}`, DOCKER_TLS_VERIFY: '' } },
    tls: { name: 'TLS', env: overTls(port) },
    slow: { name: 'TLS, 20 ms a round trip', env: overTls(slow) },
    [Symbol.asyncDispose]: async () => {
      await running.signal('SIGTERM')
      const { stderr } = await running.done
      if (stderr !== '') throw new Error(`the stub: ${stderr}`)
    },
  }
}
