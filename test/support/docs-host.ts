/**
 * A host as a reader of the guides has it: Debian's engine under a real systemd, sudo, the accounts ada and bob, and dockerrun
 * as a package brings it, not set up yet. What an engine of a lab must not share with others stands in daemon.json, as keys of
 * the site's own.
 */
import { mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import type { Stage } from './docs.ts'
import { keepShells, openShellAt, writeAt } from './docs-place.ts'
import { addSudo } from './sudo.ts'
import { callApi } from './engine-api.ts'
import { addBridge, daemonEnvironment, importTar } from './engine-parts.ts'
import { busyboxChanges, makeBusyboxTar } from './image.ts'
import { type Lab, startLab } from './lab.ts'
import { type Namespace, openNamespace } from './namespace.ts'
import { readProgramFolders } from './releases.ts'
import { startSystemd } from './systemd.ts'

export type DocsHost = Stage & AsyncDisposable & { readonly lab: Lab }

const log = '/run/lab/docker.log'

const siteDaemon = {
  'data-root': '/run/lab/docker',
  bridge: 'lab0',
  'default-address-pools': [{ base: '172.20.128.0/17', size: 24 }],
  iptables: false,
  ip6tables: false,
  'ip-masq': false,
  'exec-opts': ['native.cgroupdriver=cgroupfs'],
}

/** `images` are other names of the one image there is. */
export async function startHost({ images = [] }: { readonly images?: readonly string[] } = {}): Promise<DocsHost> {
  const lab = await startLab({ people: false })
  try {
    return await begin(lab, images)
  } catch (error) {
    await lab.stop()
    throw error
  }
}

async function begin(lab: Lab, images: readonly string[]): Promise<DocsHost> {
  const groups = [{ name: 'beamline', gid: 3001 }]
  lab.account({ login: 'ada', uid: 2001, gid: 2001, groups, gecos: 'Ada', shell: '/bin/bash' })
  lab.account({ login: 'bob', uid: 2002, gid: 2002, shell: '/bin/bash' })
  await addSudo(lab)
  const namespace = openNamespace(lab.record)
  await addBridge(namespace, 0)
  await addCgroups(lab)
  mkdirSync(lab.path('/etc/docker'), { recursive: true })
  writeFileSync(
    lab.path('/etc/docker/daemon.json'),
    `${JSON.stringify({ ...siteDaemon, 'cgroup-parent': `/${lab.record.id}` })}\n`,
  )

  const systemd = await startSystemd(lab, unitsOf(lab, namespace))
  await systemd.systemctl('start', 'docker.service').catch((error: unknown) => {
    throw new Error(`${String(error)}\n${readFileSync(lab.path(log), 'utf8').slice(-2000)}`)
  })
  const api = (request: Parameters<typeof callApi>[1]) => callApi(lab.path('/run/docker.sock'), request)
  const tar = readFileSync(makeBusyboxTar())
  await importTar(api, { name: 'busybox', tar, changes: busyboxChanges })
  for (const image of images) {
    const [repo = '', tag = 'latest'] = image.split(/:(?=[^/:]*$)/)
    await api({ method: 'POST', path: `/images/busybox/tag?repo=${encodeURIComponent(repo)}&tag=${tag}` })
  }
  const place = { namespace: { ...namespace, enter: enterSystemd(namespace) }, bash: ['bash', '-l'] }
  const { shell, close } = keepShells((who) => openShellAt(place, who))
  return {
    lab,
    shell: (who) => shell(who, 'host'),
    write: (path, text) => writeAt(place, path, text),
    [Symbol.asyncDispose]: async () => {
      await close()
      await lab.stop()
    },
  }
}

/**
 * The systemd of a lab sees cgroup v2, which has no controllers on a machine with both versions: the engine is shown what the
 * machine has.
 */
async function addCgroups(lab: Lab): Promise<void> {
  // systemd gives services a /proc/sys that they cannot write, so forwarding is on before.
  const script =
    'echo 1 >/proc/sys/net/ipv4/ip_forward && mkdir /run/lab/cgroup /run/lab/systemd /run/lab/systemd/bin && mount --rbind /sys/fs/cgroup /run/lab/cgroup'
  const { status, stderr } = await lab.exec(['sh', '-c', script])
  if (status !== 0) throw new Error(stderr)
  const dockerd = `#!/bin/sh
exec nsenter --target "$(systemctl show --value --property MainPID containerd)" --mount -- /usr/local/lib/engine/usr/sbin/dockerd "$@"
`
  writeFileSync(lab.path('/run/lab/systemd/bin/dockerd'), dockerd, { mode: 0o755 })
}

/** As install.md has it. */
export async function setUp({ shell }: DocsHost): Promise<void> {
  const root = await shell('root', 'host')
  for (const line of [
    'dockerrunctl install',
    'systemctl daemon-reload && systemctl enable --now dockerrun-authz.socket && systemctl restart docker',
  ]) {
    const { status, shown } = await root.run(line)
    if (status !== 0) throw new Error(shown)
  }
}

/** As Docker's own packages have them, but for where an engine that is not installed finds its programs. */
function unitsOf(lab: Lab, namespace: Namespace): Readonly<Record<string, string>> {
  const env = daemonEnvironment(namespace, readProgramFolders('own'))
  const lines = Object.entries(env).map(([name, value]) => `Environment=${name}=${value}`)
  const service = (unit: string, start: string) =>
    `[Unit]\n${unit}\n[Service]\nType=notify\n${lines.join('\n')}\nExecStart=${start}\nKillMode=process\nDelegate=yes\nStandardError=append:${log}\n`
  return {
    'containerd.service': service(
      'DefaultDependencies=no',
      '/usr/local/lib/engine/usr/bin/containerd --root /run/lab/containerd\nBindPaths=/run/lab/cgroup:/sys/fs/cgroup',
    ),
    'docker.service': service(
      'DefaultDependencies=no\nRequires=docker.socket\nWants=containerd.service\nAfter=docker.socket containerd.service',
      '/usr/bin/dockerd -H fd:// --containerd=/run/containerd/containerd.sock',
    ),
    'docker.socket': '[Unit]\nDefaultDependencies=no\n[Socket]\nListenStream=/run/docker.sock\nSocketMode=0660\n',
  }
}

/** systemd is process 1 of a pid namespace below the lab's, and alone in the lab's network to be called so. */
function enterSystemd({ init }: Namespace): Namespace['enter'] {
  const networkOf = (pid: string) => readlinkSync(`/proc/${pid}/ns/net`)
  const pid = readdirSync('/proc').find((each) => {
    try {
      return readFileSync(`/proc/${each}/comm`, 'utf8') === 'systemd\n' && networkOf(each) === networkOf(String(init))
    } catch {
      return false
    }
  })
  if (pid === undefined) throw new Error('no systemd in this lab')
  return ['nsenter', '--target', pid, '--mount', '--uts', '--ipc', '--net', '--pid', '--cgroup', '--']
}
