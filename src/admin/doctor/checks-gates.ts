/** Both gates: named in daemon.json, in force in the engine that runs, answering, and each engine's own. */
import { runtimeName, textsOf } from '../daemon-json.ts'
import { shellLine } from '../../host/shell-words.ts'
import { faultIf, faultOf, install, restart, type Check } from './check.ts'
import { pluginsOf, shadowing } from './engine-settings.ts'
import { known, type HostFacts } from './facts.ts'

const pluginName = 'dockerrun'
const rootForAll = 'whoever reaches the engine is root on this host'
const passedBy = 'what an image makes of a request is not looked at: groups, devices and mounts of others (M04, M13)'

const namesPlugin = ({ daemon }: HostFacts) => {
  const settings = known(daemon)
  return settings === undefined ? undefined : textsOf(settings['authorization-plugins']).includes(pluginName)
}
const namesRuntime = ({ daemon }: HostFacts) => {
  const settings = known(daemon)
  return settings === undefined ? undefined : settings['default-runtime'] === runtimeName
}
const enginesOf = ({ processes }: HostFacts) => known(processes)?.engines ?? []

export const gateChecks: readonly Check[] = [
  {
    id: 'daemon-json',
    title: 'daemon.json',
    severity: 'critical',
    risk: 'the engine does not start with it',
    look: ({ daemon, daemonPath }) =>
      'why' in daemon
        ? { what: daemon.why, advice: `mend ${daemonPath}: nothing is written over what cannot be read` }
        : undefined,
  },
  {
    id: 'gate-1-settings',
    title: 'gate 1 in daemon.json',
    severity: 'critical',
    risk: `from the next start of the engine on, ${rootForAll}`,
    look: (facts) =>
      faultIf(namesPlugin(facts) === false, {
        what: `authorization-plugins does not name ${pluginName}`,
        ...install(facts),
      }),
  },
  {
    id: 'gate-1-engine',
    title: 'gate 1 in the engine',
    severity: 'critical',
    risk: rootForAll,
    look: (facts) =>
      faultIf(namesPlugin(facts) === true && known(facts.engine)?.plugins.includes(pluginName) === false, {
        what: `daemon.json names ${pluginName}, and the engine that runs does not ask it`,
        ...restart(facts),
      }),
  },
  {
    id: 'gate-1-silent',
    title: 'gate 1',
    severity: 'critical',
    risk: 'all requests are denied, after 15 seconds each: nobody can work',
    look: ({ gate }) =>
      faultIf(known(gate) === 'silent', {
        what: 'dockerrun-authz does not answer',
        run: 'systemctl restart dockerrun-authz',
      }),
  },
  {
    id: 'gate-2-settings',
    title: 'gate 2 in daemon.json',
    severity: 'critical',
    risk: `from the next start of the engine on, ${passedBy}`,
    look: (facts) =>
      faultIf(namesRuntime(facts) === false, { what: `default-runtime is not ${runtimeName}`, ...install(facts) }),
  },
  {
    id: 'gate-2-engine',
    title: 'gate 2 in the engine',
    severity: 'critical',
    risk: passedBy,
    look: (facts) => {
      const runtime = known(facts.engine)?.defaultRuntime ?? runtimeName
      return faultIf(namesRuntime(facts) === true && runtime !== runtimeName, {
        what: `the engine that runs starts containers with ${runtime}`,
        ...restart(facts),
      })
    },
  },
  {
    id: 'shared-gate',
    title: 'one gate for more than one engine',
    severity: 'critical',
    risk: 'requests do not say from which engine they are: a user acts on what is of the same name on the other one',
    look: (facts) => {
      const engines = enginesOf(facts).filter((engine) => pluginsOf(engine).includes(pluginName))
      const other = engines.find(({ settings }) => settings !== facts.daemonPath) ?? engines.at(-1)
      return engines.length < 2 || other === undefined
        ? undefined
        : {
            what: `${engines.length} engines ask ${pluginName} (processes ${engines.map(({ pid }) => pid).join(', ')})`,
            run: `kill ${other.pid}`,
          }
    },
  },
  {
    id: 'two-gates',
    title: 'more than one gate on the same records',
    severity: 'critical',
    risk: 'what one of them has allowed the other does not know of: whose a container is, is lost or wrong',
    look: ({ processes }) => {
      const gates = known(processes)?.gates ?? []
      const twins = gates.filter((one) =>
        gates.some((each) => each !== one && (each.state === one.state || each.socket === one.socket)),
      )
      return faultOf(
        twins.map(({ pid }) => `${pid}`),
        (pids) => `the gates ${pids} have one socket or state folder`,
        { advice: 'stop all of them but the one that systemd started' },
      )
    },
  },
  {
    id: 'shadowed-settings',
    title: 'settings that flags shadow',
    severity: 'warning',
    risk: 'what daemon.json says of gates, TLS and addresses may not be what is so; with both, the engine does not start',
    look: (facts) =>
      faultOf(
        [
          ...new Set(
            enginesOf(facts)
              .filter(({ settings }) => settings === facts.daemonPath)
              .flatMap(shadowing),
          ),
        ],
        (flags) => `on the command line of the engine: ${flags}`,
        { advice: 'take it out of the ExecStart of the engine: systemctl edit docker' },
      ),
  },
  {
    id: 'other-settings',
    title: 'the engine reads other settings',
    severity: 'critical',
    risk: 'what is in daemon.json is not in force',
    look: (facts) => {
      const engines = enginesOf(facts)
      return faultOf(
        engines.some(({ settings }) => settings === facts.daemonPath) ? [] : engines.map(({ settings }) => settings),
        (files) => `no engine reads ${facts.daemonPath}, but ${files}`,
        { advice: 'take --config-file out of the ExecStart of the engine, or name that file with --daemon-json' },
      )
    },
  },
  {
    id: 'other-plugins',
    title: 'other plugins',
    severity: 'notice',
    risk: 'it can deny what the gate allows, and sees all requests; it cannot allow what the gate denies',
    look: ({ engine }) =>
      faultOf(known(engine)?.plugins.filter((name) => name !== pluginName) ?? [], (names) => `asked too: ${names}`, {
        advice: 'see that it denies no more than it should',
      }),
  },
  {
    id: 'managed-plugins',
    title: 'plugins that the engine runs',
    severity: 'warning',
    risk: `it runs as root; one that is named ${pluginName} is asked in the place of gate 1`,
    look: ({ engine }) => {
      const names = known(engine)?.managedPlugins ?? []
      return faultOf(names, (all) => `on: ${all}`, {
        advice: `docker plugin disable ${names[0] ?? ''}, unless it is yours`,
      })
    },
  },
  {
    id: 'plugin-files',
    title: 'files that name plugins',
    severity: 'warning',
    risk: 'the engine may ask somebody else than the gate, or search for 15 seconds for who is to be asked',
    look: ({ pluginFiles }) => {
      const files = known(pluginFiles) ?? []
      return faultOf(
        files.map(({ path, isOurs }) => (isOurs ? `${path} names ${pluginName}` : `${path} cannot be read`)),
        (all) => all,
        { run: `rm ${shellLine(files.map(({ path }) => path))}` },
      )
    },
  },
  {
    id: 'other-runtimes',
    title: 'other runtimes',
    severity: 'notice',
    risk: 'gate 1 lets no user name it; what root starts with it is not looked at by gate 2',
    look: ({ engine }) =>
      faultOf(
        known(engine)?.runtimes.filter((name) => !usual.includes(name)) ?? [],
        (names) => `a runtime too: ${names}`,
        { advice: 'take it out of daemon.json where nobody needs it' },
      ),
  },
]

const usual = [runtimeName, 'runc', 'io.containerd.runc.v2', 'io.containerd.runtime.v1.linux']
