/** What a lab's Slurm is told. Pure. */

export type SlurmPlace = {
  /** Everything of it lies below: a path inside. */
  readonly folder: string
  /** The lab's host name. */
  readonly host: string
  readonly nodes: readonly string[]
  readonly cpus: number
  /** More lines of slurm.conf. */
  readonly settings: readonly string[]
}

/**
 * Debian's slurmd, which several of one host may be, puts its jobs into the cgroup /slurm_NODE of each controller. The lab's id is in
 * it, so that two labs do not meet there, and lab-holder.sh finds what is left.
 */
export const nodeNames = (id: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${id}-n${index + 1}`)

/** Debian's defaults, but for places, times that nobody wants to wait for, and TmpFS: PMIx takes one folder of it for a step on a node. */
export const slurmConf = ({ folder, host, nodes, cpus, settings }: SlurmPlace): string =>
  [
    'ClusterName=lab',
    `SlurmctldHost=${host}(127.0.0.1)`,
    'SlurmUser=slurm',
    `AuthInfo=socket=${folder}/munge/socket`,
    `StateSaveLocation=${folder}/state`,
    `SlurmdSpoolDir=${folder}/spool/%n`,
    `SlurmctldPidFile=${folder}/slurmctld.pid`,
    `SlurmdPidFile=${folder}/%n.pid`,
    'TmpFS=/tmp/%n',
    'MailProg=/bin/true',
    'ProctrackType=proctrack/cgroup',
    'TaskPlugin=task/cgroup',
    'SelectType=select/cons_tres',
    'SelectTypeParameters=CR_Core_Memory',
    'DefMemPerNode=200',
    'SchedulerParameters=batch_sched_delay=0',
    'KillWait=2',
    // The nodes share the memory of one machine, whatever it has.
    'SlurmdParameters=config_overrides',
    ...nodes.map(
      (name, index) => `NodeName=${name} NodeAddr=127.0.0.1 Port=${6818 + index} CPUs=${cpus} RealMemory=4096`,
    ),
    'PartitionName=main Nodes=ALL Default=YES MaxTime=10',
    ...settings,
    '',
  ].join('\n')

/** Hierarchies of their own for each controller, as this version has them everywhere and newer ones where the machine has. */
export const cgroupConf = `CgroupPlugin=cgroup/v1
CgroupMountpoint=/sys/fs/cgroup
ConstrainCores=yes
ConstrainRAMSpace=yes
`
