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
