/** Each flag of docker run makes the same request as docker's own client, or is refused before anything is sent. */
import { execFile } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { array, assert, asyncProperty, constantFrom } from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildSettings } from '../../../src/client/config.ts'
import { runFlags } from '../../../src/client/run-flags.ts'
import { parseRun } from '../../../src/client/run-request.ts'
import { run } from '../../../src/client/run.ts'
import { Failure } from '../../../src/failure.ts'
import { openEngine } from '../../../src/host/http.ts'
import { openTerminal } from '../../../src/host/terminal.ts'
import { alice, create, grants } from '../../support/requests.ts'
import { openRecorder, type Recorded, type Recorder } from '../../support/recorder.ts'
import { callClient, caller, client, makeFiles, splitLine } from './lines.ts'
import { normalize, prune } from './normalize.ts'
import { bodyOf, type Body } from './rewrites.ts'
import { right } from './samples.ts'
import { refused, unknown, wrong } from './refused-samples.ts'

let recorder: Recorder

beforeAll(async () => {
  recorder = await openRecorder('1.45')
  makeFiles(recorder.folder)
})
afterAll(async () => {
  await recorder[Symbol.asyncDispose]()
})

let images = 0
/** A line's words, with a name of its own for the image. */
const wordsOf = (line: string) => {
  images += 1
  return { words: splitLine(line, recorder.folder), image: `image${images}` }
}

const dockers = async (
  line: string,
): Promise<{ readonly status: number; readonly sent: readonly Recorded[]; readonly said: string }> => {
  const { words, image } = wordsOf(line)
  const { status, said } = await callClient(recorder, ['run', ...words, image, 'x'])
  return { status, sent: recorder.take(image), said }
}

const ours = async (line: string): Promise<{ readonly sent: readonly Recorded[]; readonly failure: Failure }> => {
  const { words, image } = wordsOf(line)
  const engine = await openEngine({ kind: 'unix', path: recorder.socket })
  try {
    const request = parseRun(['--as-is', ...words, image, 'x'])
    if (typeof request === 'string') throw new Error(request)
    await run(request, {
      engine,
      env: caller,
      cwd: realpathSync(recorder.folder),
      settings: buildSettings([]),
      entrypoint: '/nowhere',
      notice: () => {},
      print: () => {},
      terminal: openTerminal(),
    })
    throw new Error('the recorder made a container')
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { sent: recorder.take(image), failure: error }
  } finally {
    engine.close()
  }
}

const compare = async (line: string): Promise<void> => {
  const [docker, mine] = [await dockers(line), await ours(line)]
  const [first] = docker.sent
  if (first === undefined) {
    expect({ sent: mine.sent, status: mine.failure.status }, docker.said).toEqual({ sent: [], status: 125 })
    return
  }
  const [second] = mine.sent
  if (second === undefined) throw new Error(`docker sends this, and dockerrun says: ${mine.failure.message}`)
  const [expected, actual] = normalize(first, second)
  expect(actual).toEqual(expected)
}

const flagsOf = (table: Readonly<Record<string, readonly string[]>>) =>
  Object.entries(table).flatMap(([flag, lines]) => lines.map((line) => ({ flag, line })))

describe('the flags', () => {
  it("are docker's, each by its name and letter", async () => {
    const help = await new Promise<string>((resolve) => {
      execFile(client, ['run', '--help'], (_, stdout) => resolve(stdout))
    })
    const theirs = [...help.matchAll(/^ {2,}(?:-([A-Za-z]), )?--([a-z0-9-]+)/gm)].map(
      ([, short, name]) => `${short ?? ''} ${name}`,
    )
    const mine = runFlags.filter(({ ours: own }) => own !== true).map(({ name, short }) => `${short ?? ''} ${name}`)
    expect(theirs.length).toBeGreaterThan(90)
    expect(mine).toEqual(expect.arrayContaining(theirs))
  })

  it('have each a sample here, and nothing else has', () => {
    const sampled = [right, refused, unknown].flatMap((table) => Object.keys(table))
    const wanted = runFlags.filter(({ ours: own, name }) => own !== true && name !== 'help').map(({ name }) => name)
    expect([...new Set(sampled)].toSorted()).toEqual(wanted.toSorted())
  })
})

it.for(flagsOf(right))('docker run $line makes the same request', async ({ line }) => {
  const { sent, said } = await dockers(line)
  expect(sent, said).toHaveLength(1)
  await compare(line)
})

it.for(wrong)('docker run %s is refused, and nothing is sent', async (line) => {
  const { sent } = await dockers(line)
  expect(sent).toEqual([])
  await compare(line)
})

it.for(flagsOf(refused))('docker run $line is refused with a reason, since gate 1 would', async ({ line }) => {
  const [docker, mine] = [await dockers(line), await ours(line)]
  expect(mine).toMatchObject({ sent: [], failure: { status: 125, hint: expect.stringMatching(/./) as string } })
  const [first] = docker.sent
  if (first === undefined) throw new Error(docker.said)
  const everything = grants({ devices: ['/dev/**'], gpus: true })
  const base = { User: '2001:2001', SecurityOpt: ['no-new-privileges'] }
  const body = bodyOf(structuredClone(first.body))
  const host = bodyOf(body['HostConfig'])
  if (body['User'] === '') body['User'] = base.User
  if (host['SecurityOpt'] === null) host['SecurityOpt'] = base.SecurityOpt
  expect(create(prune(body) as Body, { grants: everything, caller: { kind: 'user', account: alice } })).toMatchObject({
    verdict: 'deny',
  })
})

it.for(flagsOf(unknown))('docker run $line is refused with a reason', async ({ line }) => {
  expect(await ours(line)).toMatchObject({ sent: [], failure: { status: 125 } })
})

it('200 combinations of flags make the same requests', { timeout: 120_000 }, async () => {
  const lines = flagsOf(right).map(({ line }) => line)
  const combination = array(constantFrom(...lines), { minLength: 2, maxLength: 7 })
  await assert(
    asyncProperty(combination, async (parts) => {
      await compare(parts.join(' '))
    }),
    { numRuns: 200, seed: 7 },
  )
})

it('leaves no file where no container is', async () => {
  await ours('--cidfile FILE/left')
  expect(existsSync(join(recorder.folder, 'left'))).toBe(false)
})
