/** Labels dockerrun puts on a container. They repeat what gate 1 recorded, for `docker ps --filter`; nothing trusts them. */
export const ownerLabel = 'dockerrun.owner'
/** The batch job or shell session it was started in, by which dockerexec finds it. */
export const sessionLabel = 'dockerrun.session'
/** The Slurm job and its step, for `docker ps --filter label=dockerrun.job=5`. */
export const jobLabel = 'dockerrun.job'
export const stepLabel = 'dockerrun.step'

/**
 * What the engine binds, as far as it knows, where its root could not even look at the real source (a home on NFS or FUSE).
 * Gate 2 opens the real one as the user; the label `dockerrun.source:TARGET` names it.
 */
export const standIn = '/run/dockerrun/stand-in'
export const sourceLabel = (target: string): string => `dockerrun.source:${target}`
