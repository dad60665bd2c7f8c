/** A gate that does nothing, inside a lab: in Go where this machine has a compiler, else in Node. */
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { startDaemon } from '../support/daemon.ts'
import type { Namespace } from '../support/namespace.ts'
import { checkout } from '../support/packages.ts'
import { until } from '../support/until.ts'

/** Listens when it resolves, to what it is written in. */
export async function startNoopGate(lab: Namespace, socket: string): Promise<string> {
  const { argv, language } = installNoopGate(lab)
  const daemon = startDaemon(lab, [...argv, socket], { log: '/run/lab/noop-gate.log' })
  const isListening = () => {
    if (!daemon.isRunning()) throw new Error(`the no-op gate ended\n${daemon.tail()}`)
    return existsSync(lab.path(socket))
  }
  await until(isListening, { what: 'the socket of the no-op gate', log: daemon.tail })
  return language
}

function installNoopGate(lab: Namespace): { readonly argv: readonly string[]; readonly language: string } {
  const version = spawnSync('go', ['env', 'GOVERSION'], { encoding: 'utf8', env: goEnvironment })
  if (version.status !== 0) {
    const script = '/run/lab/noop-gate.cjs'
    copyFileSync(join(import.meta.dirname, 'noop-gate.cjs'), lab.path(script))
    return { argv: ['node', script], language: 'Node' }
  }
  const program = '/run/lab/noop-gate'
  const line = ['build', '-o', lab.path(program), join(import.meta.dirname, 'noop-gate.go')]
  const { status, stderr } = spawnSync('go', line, { encoding: 'utf8', env: goEnvironment })
  if (status !== 0) throw new Error(`go ${line.join(' ')}: ${stderr}`)
  return { argv: [program], language: version.stdout.trim().replace('go', 'Go ') }
}

/** Nothing is fetched, and nothing kept outside of the checkout. */
const goEnvironment = {
  ...process.env,
  GOTOOLCHAIN: 'local',
  GOPROXY: 'off',
  GOCACHE: join(checkout, '.lab', 'go'),
  CGO_ENABLED: '0',
}
