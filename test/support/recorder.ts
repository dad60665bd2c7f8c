/** An engine that records which containers and execs it is asked to make, and makes none. A fake: what matters is what clients send. */
import { createServer } from 'node:http'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type Recorded = { readonly query: Readonly<Record<string, string>>; readonly body: unknown }

export type Recorder = AsyncDisposable & {
  readonly socket: string
  /** An empty folder for a client's settings. */
  readonly folder: string
  /** What was asked for since the last time; clients are told apart by the image or container they name. */
  readonly take: (name: string) => readonly Recorded[]
}

/** `version`: the newest API it says it speaks. */
export async function openRecorder(version: string): Promise<Recorder> {
  const folder = mkdtempSync(join(tmpdir(), 'dockerrun-recorder-'))
  const socket = join(folder, 'docker.sock')
  const recorded = new Map<string, Recorded[]>()
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    const url = new URL(request.url ?? '', 'http://engine')
    const answer = (status: number, body: unknown) => {
      response.writeHead(status, { 'Api-Version': version, OSType: 'linux', 'Content-Type': 'application/json' })
      response.end(JSON.stringify(body))
    }
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const [, container] = /\/containers\/([^/]+)\/exec$/.exec(url.pathname) ?? []
      if (container === undefined && !url.pathname.endsWith('/containers/create'))
        return answer(200, {
          Id: `sha256:${'0'.repeat(64)}`,
          State: { Running: true },
          Config: {},
          Os: 'linux',
          Architecture: 'amd64',
        })
      const body: unknown = JSON.parse(Buffer.concat(chunks).toString())
      const image = container ?? imageOf(body)
      recorded.set(image, [...(recorded.get(image) ?? []), { query: Object.fromEntries(url.searchParams), body }])
      answer(500, { message: 'recorded' })
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(socket, resolve)
  })
  return {
    socket,
    folder,
    take: (name) => {
      const found = recorded.get(name) ?? []
      recorded.delete(name)
      return found
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => {
        server.close(resolve)
      })
      rmSync(folder, { recursive: true })
    },
  }
}

const imageOf = (body: unknown): string =>
  typeof body === 'object' && body !== null && 'Image' in body ? String(body.Image) : ''
