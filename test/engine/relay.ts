/** An engine that is stuck, or a way to it that breaks. */
import type { Engine } from '../support/engine.ts'
import type { Lab } from '../support/lab.ts'
import { until } from '../support/until.ts'

/**
 * A way to the engine, as root over its socket, that spoils one thing: requests with `pattern` are not sent on (freeze), their
 * connection is reset with the first output (reset), or every first process has this number (pid).
 */
export async function startRelay(lab: Lab, engine: Engine, spoil: 'freeze' | 'reset' | 'pid', pattern: string) {
  const script = `
    const [socket, spoil, pattern] = process.argv.slice(1)
    const server = require('net').createServer((client) => {
      const engine = require('net').connect(socket)
      let struck = false
      for (const each of [client, engine]) each.on('error', () => {}).on('close', () => { client.destroy(); engine.destroy() })
      client.on('data', (data) => {
        if (spoil !== 'pid' && data.includes(pattern) && !struck) { struck = true; console.log('struck') }
        if (!(struck && spoil === 'freeze')) engine.write(data)
      })
      engine.on('data', (data) => {
        if (struck && spoil === 'reset' && data.includes('ready')) return client.resetAndDestroy()
        if (spoil !== 'pid') return client.write(data)
        client.write(data.toString('latin1').replace(/"Pid":([1-9][0-9]*)/, (whole) => ('"Pid":' + pattern).padEnd(whole.length)), 'latin1')
      })
    })
    server.listen(0, '127.0.0.1', () => console.log('port', server.address().port))`
  const relay = lab.spawn(['node', '-e', script, engine.socket, spoil, pattern])
  await until(() => /^port [0-9]+$/m.test(relay.output()), { what: 'the relay' })
  const [, port] = /^port ([0-9]+)$/m.exec(relay.output()) ?? []
  return {
    env: { DOCKER_HOST: `tcp://127.0.0.1:${port}`, DOCKER_TLS_VERIFY: '' },
    hasStruck: () => relay.output().includes('struck'),
    [Symbol.asyncDispose]: async () => {
      await relay.signal('SIGKILL')
      await relay.done
    },
  }
}
