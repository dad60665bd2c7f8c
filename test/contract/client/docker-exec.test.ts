/** Each flag of docker exec makes the same request as docker's own client, or is refused before anything is sent. */
import { execFile } from 'node:child_process'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { execFlags } from '../../../src/client/exec-flags.ts'
import { parseExec } from '../../../src/client/exec-request.ts'
import { exec } from '../../../src/client/exec.ts'
import { Failure } from '../../../src/failure.ts'
import { openEngine } from '../../../src/host/http.ts'
import { openTerminal } from '../../../src/host/terminal.ts'
import { openRecorder, type Recorded, type Recorder } from '../../support/recorder.ts'
import { callClient, caller, client, makeFiles, splitLine } from './lines.ts'
import { prune } from './normalize.ts'
import { bodyOf } from './rewrites.ts'

let recorder: Recorder
beforeAll(async () => {
  recorder = await openRecorder('1.45')
  makeFiles(recorder.folder)
})
afterAll(async () => {
  await recorder[Symbol.asyncDispose]()
})

/** Container c's id, as the recorder tells it. */
const id = `sha256:${'0'.repeat(64)}`

const dockers = async (line: string): Promise<readonly Recorded[]> => {
  await callClient(recorder, ['exec', ...splitLine(line, recorder.folder), 'c', 'x', '-y'])
  return recorder.take('c')
}

const ours = async (line: string): Promise<{ readonly sent: readonly Recorded[]; readonly failure: Failure }> => {
  const engine = await openEngine({ kind: 'unix', path: recorder.socket })
  try {
    const request = parseExec([...splitLine(line, recorder.folder), 'c', 'x', '-y'])
    if (typeof request === 'string') throw new Error(request)
    await exec(request, { engine, env: caller, terminal: openTerminal() })
    throw new Error('the recorder made an exec')
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { sent: recorder.take(id), failure: error }
  } finally {
    engine.close()
  }
}

/** The user is oneself, and has a home, which docker would look up in the image: all else is the same. */
const normalize = (recorded: Recorded | undefined): unknown => {
  const body = bodyOf(structuredClone(recorded?.body))
  delete body['User']
  const variables: unknown = body['Env']
  const identity = /^(?:HOME|USER|LOGNAME|SHELL)=/
  const given = (Array.isArray(variables) ? variables : []).map(String).filter((each) => !identity.test(each))
  // The last of a name is the one that counts.
  body['Env'] = [...new Map(given.map((each) => [each.split('=')[0], each])).values()].toSorted()
  delete body['Detach']
  return prune(body)
}

const right = [
  '-d',
  '--detach=false',
  '--detach-keys ctrl-a,d',
  '-e A=1',
  '-e A=1 -e A=2',
  '-e SET_HERE',
  '-e NOT_SET_HERE',
  '--env-file FILE/env',
  '--env-file FILE/env -e A=over',
  '-i',
  '-i=false',
  '--interactive',
  '-t',
  '--tty=false',
  '--privileged=false',
  '-w /tmp',
  '-w/tmp',
  '--workdir=',
  '-di',
  '-dt -e B= -w /',
  '--user=',
]
const wrong = ['--bogus', '-Z', '-e =x', '--env-file FILE/missing', '--env-file FILE/blank', '-d=maybe', '--detach=2']
const refused = ['--privileged', '-u 12345', '-u nobody:nogroup']

it("the flags are docker's, each by its name and letter, and each has a line here", async () => {
  const help = await new Promise<string>((resolve) => {
    execFile(client, ['exec', '--help'], (_, stdout) => resolve(stdout))
  })
  const theirs = [...help.matchAll(/^ {2,}(?:-([A-Za-z]), )?--([a-z0-9-]+)/gm)].map(
    ([, short, name]) => `${short ?? ''} ${name}`,
  )
  const own = execFlags.filter(({ ours: isOurs, name }) => isOurs !== true && name !== 'help')
  expect(theirs.length).toBeGreaterThan(8)
  expect(own.map(({ name, short }) => `${short ?? ''} ${name}`).toSorted()).toEqual(theirs.toSorted())
  const lines = [...right, ...refused].join(' ')
  expect(own.filter(({ name, short = '?' }) => !new RegExp(`(?:--${name}\\b|-${short})`).test(lines))).toEqual([])
})

it.for(right)('docker exec %s makes the same request', async (line) => {
  const [[docker], { sent, failure }] = [await dockers(line), await ours(line)]
  expect(docker).toBeDefined()
  expect(normalize(sent[0]), failure.message).toEqual(normalize(docker))
})

it.for(wrong)('docker exec %s is refused, and nothing is sent', async (line) => {
  expect(await dockers(line)).toEqual([])
  expect(await ours(line)).toMatchObject({ sent: [], failure: { status: 125 } })
})

it.for(refused)('docker exec %s is refused with a reason', async (line) => {
  expect(await dockers(line)).toHaveLength(1)
  expect(await ours(line)).toMatchObject({ sent: [], failure: { status: 125 } })
})
