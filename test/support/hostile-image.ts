/** Images that mean harm: busybox's file system with what a shell script, run as root, has made of it. */
import { spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { importTar } from './engine-parts.ts'
import type { Engine } from './engine.ts'
import { makeBusyboxTar } from './image.ts'
import { checkout } from './packages.ts'

export type HostileImage = {
  readonly name: string
  /** Run by root in the folder that becomes the image's root. */
  readonly script?: string
  /** Lines of a Dockerfile, as `docker import --change` takes them. */
  readonly changes?: readonly string[]
}

export const importHostile = async ({ api }: Engine, { name, script = ':', changes = [] }: HostileImage) =>
  await importTar(api, { name, tar: makeTar(script), changes: ['ENV PATH=/usr/bin:/bin', 'CMD ["sh"]', ...changes] })

const made = new Map<string, Buffer>()

const makeTar = (script: string): Buffer => {
  const known = made.get(script)
  if (known !== undefined) return known
  const work = mkdtempSync(join(checkout, '.lab', 'hostile-'))
  try {
    const [root, file] = [join(work, 'root'), join(work, 'tar')]
    mkdirSync(root)
    run('tar', ['-C', root, '-xpf', makeBusyboxTar()])
    run('sh', ['-euc', `umask 022; ${script}`], root)
    run('tar', ['--numeric-owner', '-C', root, '-cf', file, '.'])
    const tar = readFileSync(file)
    made.set(script, tar)
    return tar
  } finally {
    rmSync(work, { recursive: true })
  }
}

const run = (file: string, args: readonly string[], cwd = '/'): void => {
  const { status, stderr } = spawnSync(file, args, { cwd, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${file} ${args.join(' ')}: ${stderr}`)
}

/** Major and minor number of a disk that this machine's root can open: the largest of them, or a loop device. */
export const findDisk = (): string => {
  const read = (name: string, file: string) => readFileSync(`/sys/block/${name}/${file}`, 'utf8').trim()
  const size = (name: string) => Number(read(name, 'size'))
  const disks = readdirSync('/sys/block').sort((one, other) => size(other) - size(one))
  const numbers = disks.map((name) => read(name, 'dev').replace(':', ' '))
  const found = numbers.find(canOpen)
  if (found === undefined) throw new Error('root can open no disk of this machine: /sys/block')
  return found
}

const canOpen = (numbers: string): boolean => {
  const work = mkdtempSync(join(checkout, '.lab', 'disk-'))
  const node = join(work, 'node')
  try {
    run('mknod', [node, 'b', ...numbers.split(' ')])
    closeSync(openSync(node, 'r'))
    return true
  } catch {
    return false
  } finally {
    rmSync(work, { recursive: true })
  }
}
