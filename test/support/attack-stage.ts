/** Attacks on gate 2, carried out for real: without it, with it alone, and with both gates. */
import { existsSync } from 'node:fs'
import { rootDockerOf, mustOf, dockerOf } from './docker.ts'
import type { Engine } from './engine.ts'
import { findDisk, importHostile, type HostileImage } from './hostile-image.ts'
import type { Lab } from './lab.ts'
import type { Outcome } from './program.ts'

export type Attack = {
  readonly name: string
  /** The releases on which it works without gate 2; on all of them where none is named. */
  readonly worksOn?: readonly string[]
  /** What the machine's root must be able to, for the kernel not to refuse it by itself. */
  readonly needs?: 'CAP_SYS_RESOURCE'
  /** What alice does, in a shell on the host. */
  readonly sh: string
  /** What root looks at when she is through: what she would be handed, for one. */
  readonly root?: string
  /** On stdout, where it has worked. */
  readonly works: RegExp
  /** Gate 2 refuses it in these words ... */
  readonly says?: RegExp
  /** ... or it runs, and this comes of it. */
  readonly instead?: RegExp
  /** What it would make on the host. */
  readonly left?: string
}

export type Stage = { readonly lab: Lab; readonly engine: Engine; readonly disk: string }

/** bob's container and what is his, and the images; alice can log in. */
export const setStage = async (
  lab: Lab,
  engine: Engine,
  images: readonly HostileImage[],
  remapped: boolean,
): Promise<Stage> => {
  await Promise.all(['alice', 'bob'].map(engine.login))
  await lab.exec(['sh', '-c', cover])
  for (const image of images) await importHostile(engine, image)
  const get = [() => lab, () => engine] as const
  const asBob = mustOf(dockerOf(...get))
  await asBob('volume create bobsdata', { as: 'bob' })
  await mustOf(rootDockerOf(...get))('run --rm -v bobsdata:/data busybox', { sh: 'echo bobs-secret >/data/secret' })
  await asBob(`run -d ${remapped ? '' : 'ME '}--name bobs --ipc shareable -v bobsdata:/data busybox`, {
    as: 'bob',
    sh: 'echo bobs-secret >/dev/shm/secret; exec httpd -f -p 8080 -h /data',
  })
  await mustOf(rootDockerOf(...get))('exec bobs', { sh: 'until [ "$(cat /proc/1/comm)" = httpd ]; do :; done' })
  return { lab, engine, disk: findDisk() }
}

/** What lies under a mount that only root passes; once in a lab, for all its engines. */
const cover = `[ -e /home/covered ] || { umask 022; mkdir -p /home/covered/sub; echo under-secret >/home/covered/sub/secret
mount -t tmpfs -o mode=700 covered /home/covered/sub; }`

/** As every attack finds the host. */
const resetHost = `
umask 022
sed -n 's|.* \\(/home/alice/[^ ]*\\) .*|\\1|p' /proc/self/mountinfo | while read -r mount; do umount "$mount"; done
rm -rf /home/alice/* /home/bob/open /srv/*
mkdir /home/bob/open /srv/roots
echo bobs-secret >/home/bob/open/secret
mkdir -m 777 /srv/hers
mkdir -m 700 /srv/barred
mknod -m 666 /srv/barred/disk b $DISK
mkdir -m 705 /srv/denied
echo denied-secret >/srv/denied/secret
chown alice /srv/hers
chown root:alice /srv/denied
`

/** \`evil\` is what the container is called that others look into. */
const words = `
set -eu
ME='-u 2001:2001 --security-opt no-new-privileges --userns=host'
docker() { "$DOCKER" "$@"; }
pid() { docker inspect -f '{{.State.Pid}}' evil; }
# Until it is the program that was asked for, and no longer runc.
running() { p=$(pid); [ "$p" != 0 ]; until [ "$(cat /proc/$p/comm)" = sleep ]; do :; done; }
`

/** stdout is alice's, and what root saw then. Everything of it but what the host keeps is gone when it returns. */
export const carryOut = async ({ lab, engine, disk }: Stage, { sh, root }: Attack): Promise<Outcome> => {
  const env = { DOCKER: engine.dockerCli, DISK: disk, LAB: lab.record.id, ENGINE: engine.name }
  await must(lab, resetHost, env)
  const hers = await lab.exec(['sh', '-c', words + sh], { as: 'alice', env: { ...env, ...engine.env('alice') } })
  const asRoot = { ...env, DOCKER_HOST: `unix://${engine.socket}` }
  const seen = root === undefined ? undefined : await lab.exec(['sh', '-c', words + root], { env: asRoot })
  for (const { Id, Names } of await engine.containers())
    if (!Names.includes('/bobs')) await engine.api({ method: 'DELETE', path: `/containers/${Id}?force=1&v=1` })
  return {
    status: hers.status,
    stdout: hers.stdout + (seen?.stdout ?? ''),
    stderr: hers.stderr + (seen?.stderr ?? ''),
  }
}

/** All that a container could leave on the host: mounts, cgroups, runc's states, files of gate 2's. */
export const tracesOf = async ({ lab, engine }: Stage): Promise<string> =>
  await must(
    lab,
    `cut -d' ' -f5 /proc/self/mountinfo | grep -v '^/home/alice/' | sort
    find /sys/fs/cgroup -type d -path "*/$LAB/*" | sort
    ls -d "$FOLDER"/gate/file-* 2>/dev/null
    find "$FOLDER"/exec -maxdepth 4 -type d -path '*/moby/*' | sort`,
    { LAB: lab.record.id, FOLDER: `/run/lab/engines/${engine.name}` },
  )

export const isThere = ({ lab }: Stage, path: string): boolean => existsSync(lab.path(path))

const must = async (lab: Lab, script: string, env: Readonly<Record<string, string>>): Promise<string> => {
  const { status, stdout, stderr } = await lab.exec(['sh', '-c', script], { env })
  if (status !== 0) throw new Error(`${script}: ${stderr}`)
  return stdout
}
