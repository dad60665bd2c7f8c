/** What of a job's limits no engine inherits, as options of docker's. Pure. */

/** The kernel's own for everybody (include/uapi/linux/resource.h: MLOCK_LIMIT): engines give that much anyway. */
const usualMemlock = 8 * 1024 * 1024

/** `limits`: /proc/self/limits. Memory that network cards write into is locked, so sites raise that limit for jobs. */
export const memlockOptions = (limits: string): readonly string[] => {
  const [, soft, hard] = /^Max locked memory +(unlimited|[0-9]+) +(unlimited|[0-9]+) /m.exec(limits) ?? []
  if (soft === undefined || hard === undefined) return []
  const isMore = soft === 'unlimited' || Number(soft) > usualMemlock
  const word = (limit: string) => (limit === 'unlimited' ? '-1' : limit)
  return isMore ? ['--ulimit', `memlock=${word(soft)}:${word(hard)}`] : []
}

/**
 * `status`: /proc/self/status; `online`: /sys/devices/system/cpu/online. The job's cgroup holds its CPUs at most; a step or a
 * rank is bound to fewer, and where Slurm constrains no cores to any: so what we are bound to goes along.
 */
export const cpusetOptions = (status: string, online: string): readonly string[] => {
  const [, allowed = ''] = /^Cpus_allowed_list:\s*([0-9,-]+)$/m.exec(status) ?? []
  const own = countCpus(allowed)
  return own > 0 && own < countCpus(online.trim()) ? ['--cpuset-cpus', allowed] : []
}

/** `0-3,8` has five. */
const countCpus = (list: string): number =>
  list
    .split(',')
    .map((part) => /^([0-9]+)(?:-([0-9]+))?$/.exec(part))
    .reduce((sum, found) => (found === null ? sum : sum + Number(found[2] ?? found[1]) - Number(found[1]) + 1), 0)
