import type { CallerEnvironment } from './environment.ts'
import type { Parsed } from './parse.ts'

/** What a rank of MPI needs of the host, as options of docker's. Pure. */

/**
 * Tried with Open MPI 4.1 and PMIx 4.2, launched by mpirun and by srun: PMIx's server is on the host's loopback; ranks in
 * containers of their own take each other for themselves where each is process 1, and share memory by way of /dev/shm. Ranks
 * that share a container have numbers of their own there.
 */
export const mpiOptions = (
  { flags, join }: { readonly flags: Parsed; readonly join: boolean },
  env: CallerEnvironment,
) => {
  const isGiven = (...names: readonly string[]) => names.some((name) => flags.last(name) !== undefined)
  return [
    ...(isGiven('network') ? [] : ['--network', 'host']),
    ...(isGiven('ipc') ? [] : ['--ipc', 'host']),
    ...(isGiven('pid') || join ? [] : ['--pid', 'host']),
    ...(isGiven('rm', 'restart') ? [] : ['--rm']),
    ...Object.entries(settings).flatMap(([name, value]) =>
      env[name] === undefined ? ['--env', `${name}=${value}`] : [],
    ),
  ]
}

/**
 * Where the caller has not said otherwise. `hash`: PMIx asks its server over the socket instead of mapping its files, which
 * lie in a folder of the launcher's that is not there. `none`: docker's seccomp profile bars process_vm_readv(2) (20.10 does),
 * and Open MPI warns when it finds out.
 */
const settings = { PMIX_MCA_gds: 'hash', OMPI_MCA_btl_vader_single_copy_mechanism: 'none' }
