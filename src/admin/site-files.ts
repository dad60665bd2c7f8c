/** The files that `dockerrunctl install` writes, but for daemon.json and the CA's. Pure. */
import { dirname } from 'node:path'
import { dropInName } from './engine-unit.ts'
import { buildUnits, type UnitPlaces } from './units.ts'

export type Site = {
  /** Where users reach the engine, tcp://ADDRESS:PORT. */
  readonly host: string
  readonly units: UnitPlaces
  /** The line that starts dockerd, without hosts: those are daemon.json's. */
  readonly engineLine: string
  /** May a group open the engine's socket, as nobody in particular? */
  readonly isAnonymous: boolean
  /** Does Slurm give out this host? */
  readonly hasSlurm: boolean
  /** dockerrunctl as sudo shall run it. */
  readonly control: readonly [string, ...string[]]
}

export type SiteFile = {
  readonly path: string
  readonly text: string
  readonly mode: number
  /** Made where there is none, and the site's from then on. */
  readonly isSites?: true
}

export function buildSiteFiles(site: Site): readonly SiteFile[] {
  const units = buildUnits(site.units).map(({ name, text }) => ({
    path: `/etc/systemd/system/${name}`,
    text,
    mode: 0o644,
  }))
  return [
    ...units,
    { path: `/etc/systemd/system/${site.units.engineUnit}.d/${dropInName}`, text: dropIn(site), mode: 0o644 },
    { path: '/etc/profile.d/dockerrun.sh', text: profile(site), mode: 0o644 },
    { path: '/etc/sudoers.d/dockerrun', text: buildSudoers(site), mode: 0o440 },
    { path: site.units.policy, text: policy(site), mode: 0o644, isSites: true },
    { path: '/etc/dockerrun/dockerrun.yaml', text: client(site), mode: 0o644, isSites: true },
    ...(site.hasSlurm ? [{ path: epilogPath, text: epilog(site), mode: 0o755 }] : []),
  ]
}

const made = '# Made by dockerrunctl install; dockerrunctl install --uninstall takes it away.\n'

/** An ExecStart with -H would be a second word on hosts beside daemon.json's: dockerd refuses to start with both. */
const dropIn = ({ engineLine }: Site): string => `${made}[Unit]
Wants=dockerrun-authz.service
After=dockerrun-authz.socket dockerrun-authz.service

[Service]
ExecStart=
ExecStart=${engineLine}
`

/** Where the CA is that the sudo rule signs with. */
const authorityKey = '/etc/dockerrun/pki/ca-key.pem'

/** The first certificate is waited for; later ones come beside the login, which looks at a date alone, and at a warning left for it. */
const profile = ({
  host,
  control,
}: Site): string => `${made}# For users' shells: where the engine is, and a certificate: at the first login, and anew when a third of its time is left.
if [ "$(id -u)" -ge 1000 ] && [ -z "\${DOCKER_HOST:-}" ]; then
	export DOCKER_HOST=${host} DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH="$HOME/.docker"
	if [ -t 0 ] && [ -e "$DOCKER_CERT_PATH/cert.pem" ]; then
		[ ! -s "$DOCKER_CERT_PATH/.renewal-warning" ] || cat "$DOCKER_CERT_PATH/.renewal-warning" >&2
		[ -n "$(find "$DOCKER_CERT_PATH/cert.pem" -mtime -7 2>/dev/null)" ] ||
			(trap '' HUP; setsid nice ${control.join(' ')} cert renew --self </dev/null >/dev/null 2>&1 &)
	elif [ -t 0 ] && [ -e ${authorityKey} ]; then
		sudo -n ${control.join(' ')} cert issue --self </dev/null >/dev/null || true
	fi
fi
`

/**
 * Their own process makes the key; root signs, and for SUDO_UID alone. What runs as root is a Node program: a site may have
 * told sudo to keep the environment, and then NODE_OPTIONS or PATH would be the user's to choose.
 */
export const buildSudoers = ({ control, units }: Site): string => `${made}# Users get a certificate for themselves.
Cmnd_Alias DOCKERRUN_SELF = ${control.map(escapeWord).join(' ')} cert issue --self
Defaults!DOCKERRUN_SELF env_reset, !setenv, !env_keep, !env_check, !requiretty, secure_path="${searchPath(units.program[0])}"
ALL ALL=(root) NOPASSWD: DOCKERRUN_SELF
`

const escapeWord = (word: string): string => word.replaceAll(/[\\,:=]/g, String.raw`\$&`)
const searchPath = (node: string): string => `${dirname(node)}:/usr/sbin:/usr/bin:/sbin:/bin`

const policy = ({
  isAnonymous,
}: Site): string => `# Who may do what on this engine (man dockerrun-policy). Empty: users run containers as themselves, and see what they could
# see from a shell.
${isAnonymous ? '# Who comes by the socket of the engine is nobody in particular, and gets remapped containers.\nsocket: anonymous\n' : ''}`

const client = ({ host }: Site): string => `# What dockerrun does where the command line says nothing (man dockerrun).
# Batch jobs read no profile: they find the engine here.
host: ${host}
cert-path: ~/.docker
`

export const epilogPath = '/etc/dockerrun/slurm-epilog'

/** Slurm runs it as root on each node of a job that is over (slurm.conf(5)): a status other than 0 takes the node out. */
const epilog = ({ control, units }: Site): string => `#!/bin/sh
${made}# Epilog of Slurm: ends the containers of the job that is over, and no others.
PATH=${searchPath(units.program[0])}
export PATH
exec ${control.join(' ')} slurm epilog
`
