/** The engine that runs: its version and runc's, and what it is set up to be. */
import { faultIf, faultOf, isAtLeast, restart, type Check } from './check.ts'
import { known, type EngineFacts, type HostFacts } from './facts.ts'

const policyOf = ({ policy }: HostFacts) => {
  const found = known(policy)
  return found === undefined || 'broken' in found ? undefined : found
}

/** CVE-2024-21626: mended in 1.1.12. CVE-2025-31133, -52565 and -52881: in 1.2.8, 1.3.3 and 1.4.0-rc.3. */
function knownHoles(version: string): string {
  if (!isAtLeast(version, 1, 1, 12)) return 'CVE-2024-21626, CVE-2025-31133, CVE-2025-52565, CVE-2025-52881'
  const isMended = isAtLeast(version, 1, 3, 3) || (isAtLeast(version, 1, 2, 8) && !isAtLeast(version, 1, 3))
  return isMended && !/^1\.4\.0-rc\.[12]\b/.test(version) ? '' : 'CVE-2025-31133, CVE-2025-52565, CVE-2025-52881'
}

/** A distributor mends holes without another number: what tells is its own revision, as in 1.1.5+ds1-1+deb12u1. */
const isDistributors = ({ runtimeVersion, runtimeBuild }: EngineFacts): boolean =>
  /[+~]/.test(runtimeVersion) || runtimeBuild.startsWith(`${runtimeVersion}-`)

const runcHoles = (engine: EngineFacts | undefined, ofDistributor: boolean): string =>
  engine === undefined || engine.runtimeVersion === '' || isDistributors(engine) !== ofDistributor
    ? ''
    : knownHoles(engine.runtimeVersion)

export const engineChecks: readonly Check[] = [
  {
    id: 'hidden-bodies',
    title: 'requests whose body the engine hides',
    severity: 'notice',
    risk: 'a plugin that takes no body for an empty one would be walked around (CVE-2024-41110, CVE-2026-34040); gate 1 denies what should have one and has none',
    look: ({ engine }) => {
      const version = known(engine)?.version ?? ''
      return faultIf(version !== '' && !isAtLeast(version, 29, 3, 1), {
        what: `engine ${version} is older than 29.3.1`,
        advice: 'upgrade the engine when you can',
      })
    },
  },
  {
    id: 'engine-copies',
    title: 'docker cp by administrators',
    severity: 'notice',
    risk: "docker cp by root, with a container that a user has made, may run that image's programs or write outside of it as root (CVE-2026-41567, CVE-2026-41568, CVE-2026-42306); gate 1 keeps users to what is safe",
    look: ({ engine }) => {
      const version = known(engine)?.version ?? ''
      return faultIf(version !== '' && !isAtLeast(version, 29, 5, 1), {
        what: `engine ${version} is older than 29.5.1`,
        advice: "as root, copy nothing in or out of users' containers until the engine is upgraded",
      })
    },
  },
  {
    id: 'runc-groups',
    title: 'groups that the image names',
    severity: 'notice',
    risk: "runc before 1.3 looks numbers up in the image's /etc/group: a user could be of any group (M04); gate 2 puts a file of root's there",
    look: ({ engine }) => {
      const version = known(engine)?.runtimeVersion ?? ''
      return faultIf(version !== '' && !isAtLeast(version, 1, 3), {
        what: `runc ${version} is older than 1.3`,
        advice: 'upgrade runc when you can',
      })
    },
  },
  {
    id: 'runc-holes',
    title: 'runc with known holes',
    severity: 'warning',
    risk: 'an image that means harm may get out of its container, as root',
    look: ({ engine }) => {
      const holes = runcHoles(known(engine), false)
      return faultIf(holes !== '', {
        what: `runc ${known(engine)?.runtimeVersion} has ${holes}`,
        advice: 'upgrade runc to 1.2.8, to 1.3.3 or beyond',
      })
    },
  },
  {
    id: 'runc-holes-distributor',
    title: 'runc with holes that its distributor may have mended',
    severity: 'notice',
    risk: 'where it has not, an image that means harm may get out of its container, as root',
    look: ({ engine }) => {
      const holes = runcHoles(known(engine), true)
      return faultIf(holes !== '', {
        what: `runc ${known(engine)?.runtimeBuild} is of a version that had ${holes}`,
        advice: "look for them in the changelog of your distributor's package",
      })
    },
  },
  {
    id: 'remapped',
    title: 'userns-remap',
    severity: 'notice',
    risk: "users who do not ask for the host's ids share one range of ids: each can touch what the others leave there; host folders are read-only for them",
    look: ({ engine }) =>
      faultIf(known(engine)?.isRemapped, {
        what: 'this engine is remapped: images and containers from before it was are not seen',
        advice: 'nothing, if you want callers without a name, or own root in containers',
      }),
  },
  {
    id: 'anonymous-unmapped',
    title: 'callers without a name on an engine that is not remapped',
    severity: 'warning',
    risk: 'they can run nothing: gate 1 lets them have remapped containers alone',
    look: (facts) =>
      faultIf(policyOf(facts)?.isAnonymous === true && known(facts.engine)?.isRemapped === false, {
        what: 'policy says socket: anonymous, and the engine has no userns-remap',
        advice: 'set "userns-remap" in daemon.json (images have to be pulled anew), or socket: admin in policy',
      }),
  },
  {
    id: 'swarm',
    title: 'swarm mode',
    severity: 'warning',
    risk: 'its managers start containers here that gate 1 is not asked about (M29)',
    look: ({ engine }) =>
      faultIf(known(engine)?.hasSwarm, { what: 'this engine is part of a swarm', run: 'docker swarm leave --force' }),
  },
  {
    id: 'live-restore',
    title: 'containers end with the engine',
    severity: 'notice',
    risk: 'users lose what runs whenever the engine is restarted or upgraded',
    look: ({ engine }) =>
      faultIf(known(engine)?.hasLiveRestore === false && known(engine)?.hasSwarm === false, {
        what: 'live-restore is off',
        advice: 'set "live-restore": true in daemon.json and restart the engine when nothing runs',
      }),
  },
  {
    id: 'seccomp',
    title: 'system calls of containers',
    severity: 'warning',
    risk: 'containers reach all of the kernel, with the holes it has',
    look: ({ engine }) =>
      faultIf(known(engine)?.hasSeccomp === false, {
        what: 'the engine puts no seccomp profile on containers',
        advice: 'take "seccomp-profile" out of daemon.json and restart the engine',
      }),
  },
  {
    id: 'insecure-registries',
    title: 'registries without TLS',
    severity: 'warning',
    risk: 'whoever is on the way to it can put another image in the place of the one that was asked for',
    look: ({ engine }) =>
      faultOf(known(engine)?.insecureRegistries ?? [], (names) => `insecure-registries has ${names}`, {
        advice: 'give it a certificate, and take it out of insecure-registries in daemon.json',
      }),
  },
  {
    id: 'slurm-cgroups',
    title: "the engine's cgroups and Slurm's",
    severity: 'warning',
    risk: "containers cannot be put into their job's cgroup: its limits, and its end, do not hold for them",
    look: ({ engine, slurm }) =>
      faultIf(known(slurm) !== undefined && known(engine)?.cgroupDriver === 'systemd', {
        what: `${known(slurm)} is there, and the engine has the systemd cgroup driver`,
        advice:
          'set "exec-opts": ["native.cgroupdriver=cgroupfs"] in daemon.json and restart the engine when nothing runs',
      }),
  },
  {
    id: 'engine-clock',
    title: "the engine's clock",
    severity: 'warning',
    risk: 'certificates that have ended may let in, and good ones be refused',
    look: ({ engine }) => {
      const ahead = known(engine)?.ahead ?? 0
      return faultIf(Math.abs(ahead) > 60_000, {
        what: `it is ${Math.round(ahead / 1000)} seconds ahead of ours`,
        advice: 'set both clocks by NTP: timedatectl set-ntp true',
      })
    },
  },
  {
    id: 'remap-not-loaded',
    title: 'userns-remap that is not in force',
    severity: 'warning',
    risk: "containers without the host's ids are refused to users, and root in those of administrators is root on this host",
    look: (facts) => {
      const { engine, daemon } = facts
      const wanted = known(daemon)?.['userns-remap']
      const isWanted = typeof wanted === 'string' && wanted !== ''
      const found = known(engine)
      return faultIf(found !== undefined && known(daemon) !== undefined && isWanted && !found.isRemapped, {
        what: 'daemon.json has userns-remap, and the engine that runs is not remapped',
        ...restart(facts),
      })
    },
  },
]
