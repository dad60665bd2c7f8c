/** Certificates: when they are good, which one the engine shows, who else could make some, and which are revoked. */
import { shellLine } from '../../host/shell-words.ts'
import { faultIf, faultOf, restart, type Check, type Remedy } from './check.ts'
import { tcpHostsOf } from './engine-settings.ts'
import { known, type CertificateFacts, type HostFacts } from './facts.ts'

const soon = 30 * 86_400_000
/** Issued certificates are good from five minutes before: clocks differ. */
const skew = 300_000

const certificatesOf = ({ certificates }: HostFacts): readonly CertificateFacts[] => known(certificates) ?? []
const pathsOf = (certificates: readonly CertificateFacts[]): readonly string[] => certificates.map(({ path }) => path)

/** A new one of the engine's; a new CA is a new start for all its users, which no line should begin. */
const renew = (facts: HostFacts, certificates: readonly CertificateFacts[]): Remedy =>
  certificates.some(({ isAuthority }) => isAuthority)
    ? {
        advice:
          'put the folder of the CA aside, run dockerrunctl install and restart the engine; users need new certificates',
      }
    : {
        run: `${shellLine(['dockerrunctl', 'cert', 'server', ...certificates.flatMap(({ names }) => names.flatMap((name) => ['--name', name]))])} && ${facts.commands.restart}`,
      }

export const certificateChecks: readonly Check[] = [
  {
    id: 'ca-key',
    title: "the CA's key",
    severity: 'critical',
    risk: 'who reads it makes certificates in any name, root among them',
    look: ({ caKey }) => {
      const key = known(caKey)
      return key === undefined || ((key.mode & 0o077) === 0 && key.uid === 0)
        ? undefined
        : {
            what: `others may read ${key.path}; if somebody has, only a new CA helps`,
            run: `${shellLine(['chown', 'root', key.path])} && ${shellLine(['chmod', '0600', key.path])}`,
          }
    },
  },
  {
    id: 'certificate-ended',
    title: 'certificates that have ended',
    severity: 'critical',
    risk: 'nobody gets in',
    look: (facts) => {
      const ended = certificatesOf(facts).filter(({ notAfter }) => notAfter <= facts.now)
      return faultOf(pathsOf(ended), (paths) => `ended: ${paths}`, renew(facts, ended))
    },
  },
  {
    id: 'certificate-ends',
    title: 'certificates that end soon',
    severity: 'warning',
    risk: 'nobody gets in from then on',
    look: (facts) => {
      const ending = certificatesOf(facts).filter(
        ({ notAfter }) => notAfter > facts.now && notAfter.getTime() - facts.now.getTime() < soon,
      )
      return faultOf(pathsOf(ending), (paths) => `ends within 30 days: ${paths}`, renew(facts, ending))
    },
  },
  {
    id: 'certificate-early',
    title: 'certificates that are not good yet',
    severity: 'critical',
    risk: 'nobody gets in',
    look: (facts) =>
      faultOf(
        pathsOf(certificatesOf(facts).filter(({ notBefore }) => notBefore > facts.now)),
        (paths) => `not good yet: ${paths}`,
        { advice: 'set the clock by NTP: timedatectl set-ntp true' },
      ),
  },
  {
    id: 'certificate-shown',
    title: 'the certificate that the engine shows',
    severity: 'warning',
    risk: 'users are refused when that one ends, whatever the file says; and who has its key is the engine to them',
    look: (facts) => {
      const onDisk = certificatesOf(facts).find(({ isAuthority }) => !isAuthority)
      const ours = new Set(
        (known(facts.processes)?.engines ?? [])
          .filter(({ settings }) => settings === facts.daemonPath)
          .flatMap((engine) => tcpHostsOf(engine)),
      )
      const other = facts.tcp.filter(
        ({ address, answer }) =>
          ours.has(address) &&
          'is' in answer &&
          answer.is.fingerprint !== undefined &&
          answer.is.fingerprint !== onDisk?.fingerprint,
      )
      return onDisk === undefined
        ? undefined
        : faultOf(
            other.map(({ address }) => address),
            (addresses) => `another one than ${onDisk.path} is shown on ${addresses}`,
            restart(facts),
          )
    },
  },
  {
    id: 'other-authorities',
    title: 'more than one CA',
    severity: 'warning',
    risk: 'each of them gives certificates in any name, root among them, that this engine believes',
    look: ({ authorities }) => {
      const count = known(authorities) ?? 1
      return faultIf(count !== 1, {
        what: `the file of the engine's CA has ${count} certificates`,
        advice: 'leave the one in it whose key only root of this host can read',
      })
    },
  },
  {
    id: 'revocations-broken',
    title: 'the list of revoked certificates',
    severity: 'critical',
    risk: 'nobody is let in by certificate, since who was meant to be kept out cannot be read',
    look: ({ revocations }) => {
      const list = known(revocations)
      return list?.brokenLine === undefined
        ? undefined
        : {
            what: `line ${list.brokenLine} of ${list.path} names no serial: revoke again what it was about`,
            run: shellLine(['sed', '-i.broken', `${list.brokenLine}d`, list.path]),
          }
    },
  },
  {
    id: 'clock-back',
    title: 'the clock of this host',
    severity: 'warning',
    risk: 'certificates that have ended may let in again',
    look: ({ lastIssue, now }) => {
      const last = known(lastIssue)
      return faultIf(last !== undefined && last.getTime() > now.getTime() + skew, {
        what: `a certificate is on record as issued on ${last?.toISOString()}, which is yet to come`,
        advice: 'set the clock by NTP: timedatectl set-ntp true',
      })
    },
  },
]
