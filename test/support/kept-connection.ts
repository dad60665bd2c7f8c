/** One TLS connection to an engine that stays open over many requests, as an account of a lab: what it asks and what it hears. */
import type { ApiAnswer } from './engine-api.ts'
import type { Lab } from './lab.ts'
import { until } from './until.ts'

/** Asks for each line of stdin over the one connection; ends with an error when that is closed. */
const script = `
  const { readFileSync } = require('node:fs')
  const https = require('node:https')
  const { DOCKER_HOST, DOCKER_CERT_PATH } = process.env
  const { hostname, port } = new URL(DOCKER_HOST)
  const [ca, cert, key] = ['ca', 'cert', 'key'].map((name) => readFileSync(DOCKER_CERT_PATH + '/' + name + '.pem'))
  const agent = new https.Agent({ keepAlive: true, maxSockets: 1, ca, cert, key })
  let first
  const get = (path) => new Promise((resolve, reject) => {
    const call = https.get({ hostname, port, path, agent }, (answer) => {
      let body = ''
      answer.setEncoding('utf8').on('data', (chunk) => (body += chunk))
      answer.on('end', () => resolve({ status: answer.statusCode, body }))
    })
    call.on('error', reject)
    call.on('socket', (socket) => {
      first ??= socket
      if (socket !== first) call.destroy(new Error('the connection was not kept'))
    })
  })
  require('node:readline').createInterface({ input: process.stdin }).on('line', async (path) => {
    console.log(JSON.stringify(await get(path)))
  })`

export type KeptConnection = AsyncDisposable & { readonly get: (path: string) => Promise<ApiAnswer> }

/** The handshake is over when this resolves. */
export async function keepConnection(
  lab: Lab,
  as: string,
  env: Readonly<Record<string, string>>,
): Promise<KeptConnection> {
  const client = lab.spawn(['node', '--eval', script], { as, env })
  let failed: string | undefined
  const done = client.done.then(({ stderr }) => (failed = stderr))
  let asked = 0
  const get = async (path: string) => {
    client.child.stdin.write(`${path}\n`)
    asked += 1
    const line = await until(
      () => {
        if (failed !== undefined) throw new Error(`the connection has ended: ${failed}`)
        const lines = client.output().split('\n')
        return lines.length > asked ? lines[asked - 1] : undefined
      },
      { what: `the answer to ${path}` },
    )
    return JSON.parse(line) as ApiAnswer
  }
  await get('/_ping')
  return {
    get,
    [Symbol.asyncDispose]: async () => {
      client.child.stdin.end()
      await done
    },
  }
}
