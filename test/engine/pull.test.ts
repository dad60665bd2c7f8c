/** Images from a real registry. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Engine } from '../support/engine.ts'
import { startLab, type Lab } from '../support/lab.ts'
import { startRegistry } from '../support/registry.ts'

let lab: Lab
let engine: Engine
let image: string
beforeAll(async () => {
  lab = await startLab()
  engine = await lab.engine({ name: 'engine', policy: 'everyone: {registries: ["127.0.0.1:5000"]}\n' })
  await engine.login('alice')
  image = await startRegistry(lab, engine, 'site/tools:1')
})
afterAll(() => lab.stop())

const dockerrun = (...argv: readonly string[]) =>
  lab.exec(['dockerrun', '--rm', ...argv], { as: 'alice', env: engine.env('alice') })

const asRoot = async (line: string) => {
  const outcome = await lab.exec(['sh', '-ec', `docker() { command docker -H unix://${engine.socket} "$@"; }; ${line}`])
  expect(outcome.status, outcome.stderr).toBe(0)
}

it('a missing image is pulled, and says how far it is, on stderr alone', async () => {
  const first = await dockerrun(image, 'echo', 'here')
  expect(first).toMatchObject({ status: 0, stdout: 'here\n' })
  expect(first.stderr).toMatch(
    /Pulling from site\/tools[\s\S]*Status: Downloaded newer image for 127\.0\.0\.1:5000\/site\/tools:1\n$/,
  )
  expect(await dockerrun(image, 'echo', 'again')).toEqual({ status: 0, stdout: 'again\n', stderr: '' })
})

it('--pull always looks again, --quiet says nothing, --pull never goes without', async () => {
  expect((await dockerrun('--pull', 'always', image, 'true')).stderr).toContain('Image is up to date')
  expect(await dockerrun('--pull', 'always', '-q', image, 'true')).toEqual({ status: 0, stdout: '', stderr: '' })
  expect(await dockerrun('--pull', 'never', image.replace(':1', ':2'), 'true')).toMatchObject({
    status: 125,
    stdout: '',
  })
})

it('on a terminal each layer moves on in its line, as docker has it; -q says nothing there either', async () => {
  const big = '127.0.0.1:5000/site/big:1'
  // docker has no bar where there are fewer than 111 columns.
  const columns = 120
  const pull = async (argv: readonly string[]) => {
    const terminal = lab.terminal(argv, { as: 'alice', env: engine.env('alice'), columns })
    expect((await terminal.done).status).toBe(0)
    await asRoot(`docker rmi ${big}`)
    return terminal.screen()
  }
  const make = `docker run --name big busybox sh -c 'head -c 40000000 /dev/urandom >/big'; docker commit big ${big}`
  await asRoot(`${make}; docker rm big; docker push -q ${big}; docker rmi ${big}`)
  const identity = '-u 2001:2001 --security-opt no-new-privileges --userns=host'
  const screens = {
    docker: await pull([engine.dockerCli, ...`run --rm ${identity} ${big} true`.split(' ')]),
    ours: await pull(['dockerrun', '--rm', big, 'true']),
  }
  for (const [client, screen] of Object.entries(screens)) {
    const moved = String.raw`\u001b\[[12]A\r?\u001b\[2K\r?[0-9a-f]{12}: `
    const numbers = String.raw`\[=*> *\] +[0-9.]+[kM]?B/[0-9.]+MB`
    for (const part of [`${moved}Downloading +${numbers}`, `${moved}Extracting +${numbers}`, `${moved}Pull complete`])
      expect({ client, screen }).toEqual({ client, screen: expect.stringMatching(new RegExp(part)) as string })
  }
  const lastLines = (screen: string) => screen.split('\n').slice(-2)
  expect(lastLines(screens.ours)).toEqual(lastLines(screens.docker))
  expect(await pull(['dockerrun', '--rm', '-q', big, 'true'])).toBe('')
})

it('a platform that the registry has not is one line and a hint, where docker fails too', async () => {
  const words = ['--platform', 'linux/arm64', image, 'true']
  const { status } = await lab.exec([engine.dockerCli, 'run', ...words], { as: 'alice', env: engine.env('alice') })
  const ours = await dockerrun(...words)
  expect({ ...ours, docker: status }).toMatchObject({ status: 125, stdout: '', docker: 125 })
  expect(ours.stderr).toMatch(/^(?:dockerrun: .*\n)*dockerrun: .*site\/tools.*linux\/arm64.*\ndockerrun: hint: .+\n$/)
})

it('a tag that the registry has not is one line and a hint', async () => {
  const { status, stderr } = await dockerrun(image.replace(':1', ':2'), 'true')
  expect(status).toBe(125)
  expect(stderr).toMatch(/^dockerrun: .*site\/tools.*\ndockerrun: hint: .+\n$/)
})

it('M17: a name that was made here is not replaced, nor any that policy does not name', async () => {
  const pull = async (name: string) =>
    await lab.exec(['docker', 'pull', name], { as: 'alice', env: engine.env('alice') })
  expect(await pull(image)).toMatchObject({ status: 0 })
  expect(await pull('busybox')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('pulls from docker.io are not granted here'),
  })
  expect(await pull('localhost:5000/site/tools:1')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('not granted'),
  })
  const other = await lab.engine({ name: 'other', policy: '' })
  await other.login('alice')
  const foreign = (name: string) => lab.exec(['docker', 'pull', name], { as: 'alice', env: other.env('alice') })
  expect(await foreign('busybox')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('was made here and is not replaced'),
  })
  expect(await foreign(image)).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('anyone here could be 127.0.0.1:5000'),
  })
})
