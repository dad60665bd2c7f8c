/** A lab with a real systemd and Debian's own units of the engine, none of them started: what `dockerrunctl install` finds on a host. */
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Lab } from './lab.ts'
import { readPackages } from './packages.ts'
import { startSystemd, type Systemd } from './systemd.ts'

const programs = ['usr/sbin/dockerd', 'usr/bin/containerd', 'usr/bin/containerd-shim-runc-v2', 'usr/sbin/runc']
const units = ['docker.service', 'docker.socket', 'containerd.service']

/** What a lab's engine must not do to the machine. */
const apart = {
  bridge: 'none',
  iptables: false,
  'ip-forward': false,
  'data-root': '/run/lab/data',
  'exec-opts': ['native.cgroupdriver=cgroupfs'],
}

export async function startDebianHost(lab: Lab): Promise<Systemd> {
  for (const name of programs) symlinkSync(`../lib/engine/${name}`, lab.path(`/usr/local/sbin/${basename(name)}`))
  mkdirSync(lab.path('/etc/docker'), { recursive: true })
  writeFileSync(lab.path('/etc/docker/daemon.json'), JSON.stringify(apart))
  // Debian's docker.socket is this group's: without dockerrun its members are root by it.
  writeFileSync(lab.path('/etc/group'), 'docker:x:990:\n', { flag: 'a' })
  const host = await startSystemd(lab, Object.fromEntries(units.map((name) => [name, shipped(name)])))
  await host.systemctl('enable', 'docker.service')
  return host
}

/** As Debian ships them, but for where a lab has its programs. */
const shipped = (name: string): string =>
  readFileSync(join(readPackages(), 'lib/systemd/system', name), 'utf8').replaceAll(
    /^ExecStart=\/usr\/s?bin\//gm,
    'ExecStart=/usr/local/sbin/',
  )
