/** Containers that run on while the engine, or the gate, is away: what comes back is looked at again. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dockerOf, mustOf, rootDockerOf } from '../support/docker.ts'
import type { Engine } from '../support/engine.ts'
import { startLab, type Lab } from '../support/lab.ts'
import { newerRelease } from '../support/releases.ts'
import { until } from '../support/until.ts'

describe.for(['own', newerRelease] as const)("on release '%s', with live-restore,", (release) => {
  let lab: Lab
  let engine: Engine
  const get = [() => lab, () => engine] as const
  const docker = dockerOf(...get)
  const [must, rootMust] = [mustOf(docker), mustOf(rootDockerOf(...get))]
  const isOver = async () => (await rootMust('inspect -f {{.State.Status}} fails')) === 'exited'
  const pidOf = (name: string) => must(`inspect -f {{.State.Pid}} ${name}`)

  beforeAll(async () => {
    lab = await startLab()
    engine = await lab.engine({ name: 'engine', release, options: ['--live-restore'] })
    await engine.login('alice')
    await must('run -d ME --name lives busybox sleep 1000')
    await must('run -d ME --restart on-failure:3 --name fails busybox sleep 1000')
    await must('create ME --name old busybox id')
    await rootMust('run -d --name roots busybox sleep 1000')
  })
  afterAll(() => lab.stop())

  it('a container outlives the engine, and is her own when it is back', async () => {
    const pid = await pidOf('lives')
    await engine.stop()
    expect((await lab.exec(['cat', `/proc/${pid}/comm`])).stdout).toBe('sleep\n')
    await engine.gate.start()
    await engine.start()
    expect(await pidOf('lives')).toBe(pid)
    expect(await must('exec lives id')).toBe('uid=2001 gid=2001 groups=2001')
    expect(await rootMust('exec roots id -u')).toBe('0')
    expect(await must('start -a old')).toBe('uid=2001 gid=2001 groups=2001')
    await must('restart -t 0 lives')
    expect(await pidOf('lives')).not.toBe(pid)
  })

  it('no container is restarted by the engine while the gate is away', async () => {
    const pid = await pidOf('fails')
    await engine.gate.stop()
    await lab.exec(['kill', '-9', pid])
    await until(() => engine.log().includes('dockerrun-authz is not reached'), { what: 'the denial', log: engine.log })
    await engine.gate.start()
    await until(isOver, { what: 'the end of fails' })
    expect(await must('start fails')).toBe('fails')
    expect(await must('exec fails id')).toBe('uid=2001 gid=2001 groups=2001')
  })

  it('one whose account is gone is not restarted', async () => {
    const pid = await pidOf('fails')
    await lab.exec(['sed', '-i.kept', 's/^alice:/alice2:/', '/etc/passwd'])
    try {
      await engine.gate.stop()
      await engine.gate.start()
      await lab.exec(['kill', '-9', pid])
      await until(() => engine.log().includes('has no account here any more'), { what: 'the denial', log: engine.log })
    } finally {
      await lab.exec(['mv', '/etc/passwd.kept', '/etc/passwd'])
    }
    await until(isOver, { what: 'the end of fails' })
  })
})
