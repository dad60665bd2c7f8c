import type { Flag } from './flag.ts'
import { grantedFlags } from './granted-flags.ts'
import { refusedFlags } from './refused-flags.ts'

/** Our own options, which docker run has not. */
const ownFlags: readonly Flag[] = [
  {
    name: 'as-is',
    ours: true,
    kind: 'switch',
    help: 'Run the image as it is: no names, no home, no working directory of yours',
  },
  { name: 'binds', ours: true, kind: 'switch', help: "Bind the site's folders (default as configured)" },
  {
    name: 'completion',
    ours: true,
    kind: 'string',
    help: 'Print the completion of dockerrun and dockerexec for a shell: bash, zsh or fish',
  },
  { name: 'cwd', ours: true, kind: 'switch', help: 'Bind the working directory (default as configured)' },
  {
    name: 'dry-run',
    ours: true,
    kind: 'switch',
    help: 'Print the docker run line that would do the same, and do nothing',
  },
  { name: 'env-pass', ours: true, kind: 'list', help: 'Pass on variables whose names match a pattern (SLURM_*)' },
  { name: 'explain', ours: true, kind: 'switch', help: 'Print what policy would say of it and why, and do nothing' },
  { name: 'home', ours: true, kind: 'switch', help: 'Bind your home (default as configured)' },
  {
    name: 'hpc',
    ours: true,
    kind: 'switch',
    help: 'Pass on the variables of batch system and MPI (default in a job)',
  },
  {
    name: 'join',
    ours: true,
    kind: 'switch',
    help: 'Share one container with the other tasks of this job step and node',
  },
  {
    name: 'mpi',
    ours: true,
    kind: 'switch',
    help: 'Run as a rank of MPI: the folders and namespaces ranks share (default where there is one)',
  },
  {
    name: 'no-binds',
    ours: true,
    sameAs: 'binds',
    negated: true,
    kind: 'switch',
    help: "Do not bind the site's folders",
  },
  {
    name: 'no-cwd',
    ours: true,
    sameAs: 'cwd',
    negated: true,
    kind: 'switch',
    help: 'Do not bind the working directory',
  },
  {
    name: 'no-hpc',
    ours: true,
    sameAs: 'hpc',
    negated: true,
    kind: 'switch',
    help: 'Do not pass on the variables of batch system and MPI',
  },
  { name: 'no-mpi', ours: true, sameAs: 'mpi', negated: true, kind: 'switch', help: 'Do not run as a rank of MPI' },
  { name: 'no-home', ours: true, sameAs: 'home', negated: true, kind: 'switch', help: 'Do not bind your home' },
  { name: 'show-config', ours: true, kind: 'switch', help: 'Print the settings, and where each comes from' },
  { name: 'verbose', ours: true, kind: 'switch', help: 'Say what is done' },
  { name: 'version', ours: true, kind: 'switch', help: 'Print the version' },
]

/** All that dockerrun takes: each flag of docker run, then our own. Help, man page, completion and parser come from this table. */
export const runFlags: readonly Flag[] = [...grantedFlags, ...refusedFlags, ...ownFlags]
