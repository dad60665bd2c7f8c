/** What dockerrun adds to a line inside a Slurm job, and that guide and man page say the same. */
import { chownSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildSettings } from '../../../src/client/config.ts'
import { hpcKept, hpcPatterns } from '../../../src/client/hpc.ts'
import { optionsOfJob } from '../../../src/client/job-options.ts'
import { parseRun } from '../../../src/client/run-request.ts'
import { at } from '../../../src/client/reply.ts'
import { Failure } from '../../../src/failure.ts'
import { parseDockerConfig } from '../../../src/host/docker-config.ts'
import type { Engine } from '../../../src/host/http.ts'
import { makeFolder } from '../../support/folder.ts'
import { checkout } from '../../support/packages.ts'

const cgroup = '/slurm_n1/uid_2001/job_5'
const files: Readonly<Record<string, string>> = {
  '/proc/self/cgroup': `4:memory:${cgroup}/step_0/task_0\n0::/\n`,
  '/proc/self/limits': 'Max locked memory         unlimited            unlimited            bytes     \n',
  '/proc/self/status': 'Cpus_allowed_list:\t2-3\n',
  '/sys/devices/system/cpu/online': '0-7\n',
}
const inJob = { SLURM_JOB_ID: '5', SLURM_PROCID: '0' }
const asRank = { ...inJob, PMIX_RANK: '0' }

type Place = {
  readonly env?: Readonly<Record<string, string>>
  readonly address?: string
  readonly driver?: string
  readonly runtime?: string
  readonly hpc?: boolean
}
const guard = '/usr/local/lib/dockerrun/dist/dockerrun-runtime'

const look = async (
  argv: readonly string[],
  { env = inJob, address = 'tcp://127.0.0.1:2376', ...place }: Place = {},
) => {
  const { driver = 'cgroupfs', runtime = guard, hpc } = place
  const asked = parseRun([...argv, 'img'])
  if (typeof asked === 'string') throw new Error(asked)
  const notices: string[] = []
  const calls: string[] = []
  const info = { CgroupDriver: driver, DefaultRuntime: 'r', Runtimes: { r: { path: runtime } } }
  const unused = () => Promise.reject(new Error('not asked for'))
  const engine: Engine = {
    settings: { env: {}, config: parseDockerConfig('', ''), address },
    ask: (method, path) => {
      calls.push(`${method} ${path}`)
      return Promise.resolve({ status: 200, headers: {}, body: Buffer.from(JSON.stringify(info)) })
    },
    open: unused,
    hijack: unused,
    warm: () => {},
    close: () => {},
  }
  const entries = hpc === undefined ? [] : [{ key: 'hpc', value: hpc, line: 1 }]
  const settings = buildSettings([{ path: '/x', entries }])
  const notice = (line: string) => void notices.push(line)
  const { request, confine } = optionsOfJob(asked, { engine, env, settings, notice, read: (path) => files[path] ?? '' })
  const confined = (await confine?.(request)) ?? request
  return { request: confined, host: confined.fields.hostConfig, notices, calls }
}

describe('in a job', () => {
  it('the line has the cgroup, the CPUs, the locked memory and the labels of the job', async () => {
    const { request, host, calls } = await look([])
    expect(host).toEqual({
      CgroupParent: cgroup,
      CpusetCpus: '2-3',
      Ulimits: [{ Name: 'memlock', Soft: -1, Hard: -1 }],
    })
    expect(request.labels).toEqual(['dockerrun.job=5', 'dockerrun.step=0'])
    expect(request.passed).toEqual(['SLURM_JOB_ID', 'SLURM_PROCID'])
    expect(calls).toEqual(['GET /info'])
  })

  it.for([
    { name: 'the cgroup', argv: ['--cgroup-parent', '/x'], field: 'CgroupParent', is: '/x' },
    { name: 'no cgroup', argv: ['--cgroup-parent='], field: 'CgroupParent', is: '' },
    { name: 'the CPUs', argv: ['--cpuset-cpus', '0'], field: 'CpusetCpus', is: '0' },
    {
      name: 'the locked memory',
      argv: ['--ulimit', 'memlock=1'],
      field: 'Ulimits',
      is: [{ Name: 'memlock', Soft: 1, Hard: 1 }],
    },
  ])('what the line says goes over it: $name', async ({ argv, field, is }) => {
    expect(at((await look(argv)).host, field)).toEqual(is)
  })

  it('does not ask the engine where the line says which cgroup', async () => {
    expect((await look(['--cgroup-parent='])).calls).toEqual([])
  })

  it.for([
    { name: 'the engine has another cgroup driver', place: { driver: 'systemd' }, says: 'cgroup driver systemd' },
    { name: 'gate 2 is not there', place: { runtime: 'runc' }, says: 'dockerrun-runtime' },
  ])('there is no cgroup where $name, and only --verbose says so', async ({ place, says }) => {
    const quiet = await look([], place)
    expect({ parent: at(quiet.host, 'CgroupParent'), notices: quiet.notices }).toEqual({
      parent: undefined,
      notices: [],
    })
    expect((await look(['--verbose'], place)).notices).toEqual([expect.stringContaining(says)])
  })

  it('the engine on another host is asked for nothing of this one', async () => {
    const { host, calls, request } = await look([], { address: 'tcp://192.0.2.1:2376' })
    expect({ host, calls }).toEqual({ host: {}, calls: [] })
    expect(request.passed).toContain('SLURM_PROCID')
  })

  it('an image as it is has the cgroup and the labels, and nothing else', async () => {
    const { request, host } = await look(['--as-is'], { env: asRank })
    expect(host).toEqual({ CgroupParent: cgroup })
    expect({ passed: request.passed, labels: request.labels.length }).toEqual({ passed: [], labels: 2 })
  })

  it.for([
    { name: 'on request', argv: ['--no-hpc'], place: {} },
    { name: 'where the settings say so', argv: [], place: { hpc: false } },
  ])('no variables are passed on $name', async ({ argv, place }) => {
    expect((await look(argv, place)).request.passed).toEqual([])
  })

  it('keeps what the line passes on', async () => {
    expect((await look(['--env-pass', 'X_*', '-e', 'A=b'])).request).toMatchObject({
      passed: ['SLURM_JOB_ID', 'SLURM_PROCID', 'X_*'],
      environment: ['A=b'],
    })
  })
})

describe('locked memory that policy does not grant', () => {
  const engine: Engine = {
    settings: { env: {}, config: parseDockerConfig('', ''), address: 'unix:///x' },
    ask: () => Promise.resolve({ status: 200, headers: {}, body: Buffer.from('{}') }),
    open: () => Promise.reject(new Error('not asked for')),
    hijack: () => Promise.reject(new Error('not asked for')),
    warm: () => {},
    close: () => {},
  }
  const around = (argv: readonly string[]) => {
    const asked = parseRun([...argv, 'img'])
    if (typeof asked === 'string') throw new Error(asked)
    const read = (path: string) => files[path] ?? ''
    return optionsOfJob(asked, { engine, env: inJob, settings: buildSettings([]), notice: () => {}, read })
  }
  const refused = (message: string) => new Failure('engine-refused', message, { hint: 'h' })
  const denial = refused('ContainerCreate: HostConfig.Ulimits[0].Name: only core are granted (M22b)')

  it('is left out, once', () => {
    const without = around(['--ulimit', 'core=0']).orWithout(denial)
    expect(at(without.request.fields.hostConfig, 'Ulimits')).toEqual([{ Name: 'core', Soft: 0, Hard: 0 }])
    expect(() => without.orWithout(denial)).toThrow(denial)
  })
  it.for([refused('ContainerCreate: Image: no'), new Failure('engine-failed', 'HostConfig.Ulimits', { hint: 'h' })])(
    'another failure is one: $message',
    (failure) => {
      expect(() => around([]).orWithout(failure)).toThrow(failure)
    },
  )
  it('is not asked about by --explain', () => {
    expect(at(around(['--explain']).request.fields.hostConfig, 'Ulimits')).toBeUndefined()
  })
})

describe('TMPDIR', () => {
  let folder: ReturnType<typeof makeFolder>
  beforeAll(() => {
    folder = makeFolder()
    mkdirSync(join(folder.path, 'nobodys'))
    chownSync(join(folder.path, 'nobodys'), 65534, 65534)
  })
  afterAll(() => folder[Symbol.dispose]())
  const placesOf = async (path: string, argv: readonly string[] = []) => {
    const { places, passed } = (await look(argv, { env: { ...inJob, TMPDIR: path } })).request
    expect(passed.includes('TMPDIR')).toBe(places.length > 0)
    return places
  }
  it('that is a folder of one’s own is bound and passed on', async () => {
    expect(await placesOf(`${folder.path}/`)).toEqual([folder.path])
  })
  it.for(['/tmp', '/tmp/', '/nowhere', '/dev/shm', '/proc/self', 'relative', '/etc/passwd', ''])(
    '%s is not',
    async (path) => {
      expect(await placesOf(path)).toEqual([])
    },
  )
  it('that is another’s is not', async () => {
    expect(await placesOf(join(folder.path, 'nobodys'))).toEqual([])
  })
  it('is not without the preset', async () => {
    expect(await placesOf(folder.path, ['--no-hpc'])).toEqual([])
  })
})

describe('a rank of MPI', () => {
  it('is one by itself, in a job and outside', async () => {
    for (const env of [asRank, { OMPI_COMM_WORLD_RANK: '0' }, { PMI_RANK: '1' }]) {
      const { host, request } = await look([], { env })
      expect(host).toMatchObject({ NetworkMode: 'host', IpcMode: 'host', PidMode: 'host', AutoRemove: true })
      expect(request.remove).toBe(true)
    }
  })
  it.for([
    { name: 'on request', argv: ['--no-mpi'], env: asRank },
    { name: 'without the preset', argv: ['--no-hpc'], env: asRank },
    { name: 'by the descriptor of PMI-2', argv: [], env: { ...inJob, PMI_RANK: '0', PMI_FD: '7' } },
    { name: 'in a job without a launcher', argv: [], env: inJob },
  ])('is none $name', async ({ argv, env }) => {
    expect((await look(argv, { env })).host).not.toMatchObject({ NetworkMode: 'host' })
  })
  it('has its variables, also where it is asked for against the preset', async () => {
    expect((await look(['--mpi', '--no-hpc'], { env: asRank })).request.passed).toContain('PMIX_RANK')
  })
  it.for([
    { argv: ['--mpi'], place: { address: 'tcp://192.0.2.1:2376' }, says: '--mpi: the engine is on another host' },
    { argv: [], place: { env: asRank, address: 'tcp://192.0.2.1:2376' }, says: '--mpi: the engine is on another host' },
    { argv: ['--join'], place: { address: 'tcp://192.0.2.1:2376' }, says: '--join: the engine is on another host' },
    { argv: ['--mpi'], place: { env: { PMI_FD: '7' } }, says: 'PMI_FD' },
    { argv: ['--join'], place: { env: {} }, says: '--join: this is not in a Slurm job' },
  ])('$argv is refused, with a way out: $says', async ({ argv, place, says }) => {
    await expect(look(argv, place)).rejects.toMatchObject({
      status: 125,
      message: expect.stringContaining(says) as string,
      hint: expect.stringMatching(/./) as string,
    })
  })
})

it('--join is removed in the end, and bound to no CPUs, since each task is bound to others', async () => {
  const { host } = await look(['--join'])
  expect(host).toEqual({
    AutoRemove: true,
    CgroupParent: cgroup,
    Ulimits: [{ Name: 'memlock', Soft: -1, Hard: -1 }],
  })
})

describe('the table of variables', () => {
  const guide = readFileSync(join(checkout, 'docs/slurm.md'), 'utf8')
  const [, table = ''] = guide.split('\n## Variables\n')
  const rows = (table.split('\n## ')[0] ?? '').split('\n').filter((line) => line.startsWith('| `'))
  const named = (what: RegExp) =>
    rows
      .filter((row) => what.test(row.split('|')[2] ?? ''))
      .flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name))
  it('says what is passed on', () => {
    expect(named(/^ passed on/)).toEqual(hpcPatterns)
  })
  it('says what is not', () => {
    expect(named(/^ not:/).filter((name) => name !== 'XDG_RUNTIME_DIR')).toEqual(hpcKept)
  })
  it('is that of the man page', () => {
    const page = readFileSync(join(checkout, 'man/dockerrun.1'), 'utf8')
    const part = (page.split('\n.It variables\n')[1] ?? '').split('\n.It ')[0] ?? ''
    const names = [...part.matchAll(/\b[A-Z][A-Z0-9_]+(?:\*|\b)/g)].map(([name]) => name)
    expect(names).toEqual([...hpcPatterns, ...hpcKept, 'TMPDIR'])
  })
})
