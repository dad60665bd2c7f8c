/** A way from the engine to its gate on which what the engine has done is not told: as if the gate died at that moment. */
import { renameSync } from 'node:fs'
import type { Engine } from '../support/engine.ts'
import type { Lab } from '../support/lab.ts'
import { until } from '../support/until.ts'

/**
 * Starts gate and engine, both stopped before, with this in between. All is passed on but the engine's word that a request
 * with `pattern` in its path is done.
 */
export async function startHoldingAnswers(lab: Lab, engine: Engine, pattern: string) {
  const socket = `/run/docker/plugins/gate-${engine.name}.sock`
  const script = `
    const http = require('node:http')
    const [socket, behind, pattern] = process.argv.slice(1)
    http.createServer((asked, answer) => {
      const chunks = []
      asked.on('data', (chunk) => chunks.push(chunk)).on('end', () => {
        const body = Buffer.concat(chunks)
        const isDone = asked.url === '/AuthZPlugin.AuthZRes'
        if (isDone && JSON.parse(body).RequestUri.includes(pattern)) return console.log('held')
        const { method, url: path, headers } = asked
        http.request({ socketPath: behind, method, path, headers }, (told) => {
          answer.writeHead(told.statusCode, told.headers)
          told.pipe(answer)
        }).on('error', () => answer.destroy()).end(body)
      })
    }).listen(socket, () => console.log('ready'))`
  await engine.gate.start()
  renameSync(lab.path(socket), lab.path(`${socket}.behind`))
  const relay = lab.spawn(['node', '-e', script, socket, `${socket}.behind`, pattern])
  await until(() => relay.output().includes('ready'), { what: 'the way to the gate' })
  await engine.start()
  return {
    hasHeld: () => relay.output().includes('held'),
    /** Dead at once, the gate with it. */
    kill: async () => {
      await engine.gate.stop('SIGKILL')
      await relay.signal('SIGKILL')
      await relay.done
    },
  }
}
