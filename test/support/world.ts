/** A gate with a world in memory: alice alone in NSS, the records given, an engine that has their containers. */
import type { EngineContainer, EngineNetwork, EngineVolume } from '../../src/host/engine.ts'
import { answerRequest, answerResponse, type Ports } from '../../src/plugin/answer.ts'
import type { AuditLine } from '../../src/plugin/audit-text.ts'
import { openCertificates } from '../../src/plugin/certificates.ts'
import { readCaller } from '../../src/plugin/caller.ts'
import { Builds } from '../../src/plugin/roots-things.ts'
import { Records, type HoldingRecord, type RecordStore } from '../../src/plugin/records.ts'
import type { ContainerRecord } from '../../src/policy/facts.ts'
import { defaultGrants, emptyPolicy } from '../../src/policy/grants.ts'
import { alice, final, ids, paths, wire } from './requests.ts'

export const container = (id: string, name: string): EngineContainer => ({ id, name, image: 'sha256:0', ...final() })

export function gate(
  given: readonly ContainerRecord[],
  change: Partial<Ports> = {},
  holdings: readonly HoldingRecord[] = [],
) {
  const living = new Map(given.map(({ id, name }) => [id, container(id, name)]))
  const networks: EngineNetwork[] = holdings
    .filter(({ kind }) => kind === 'network')
    .map(({ id, name }) => ({ id, name }))
  const volumes = new Map<string, EngineVolume>(
    holdings.filter(({ kind }) => kind === 'volume').map(({ id }) => [id, 'plain']),
  )
  const store: RecordStore = {
    load: () => ({ containers: given, holdings }),
    saveContainer: () => {},
    saveHolding: () => {},
    remove: () => {},
  }
  const records = new Records(store)
  const audit: AuditLine[] = []
  const clock = { time: 0 }
  const { readCertificate, serialOf } = openCertificates(
    () => '/nosuch/revoked.jsonl',
    (error) => {
      throw error
    },
  )
  const now = () => clock.time
  const lookUp = async (login: string) => (login === 'alice' ? alice : undefined)
  const ports: Ports = {
    records,
    engine: {
      readContainer: async (reference) =>
        [...living.values()].find((each) => each.name === reference || each.id.startsWith(reference)),
      readExec: async (id) => (id === ids.exec ? { containerId: ids.hers, user: '', isPrivileged: false } : undefined),
      readNetwork: async (reference) => networks.find(({ id, name }) => name === reference || id.startsWith(reference)),
      readVolume: async (name) => volumes.get(name) ?? 'none',
      list: async (kind) =>
        new Set(
          kind === 'container' ? living.keys() : kind === 'volume' ? volumes.keys() : networks.map(({ id }) => id),
        ),
      readImage: async () => undefined,
      readNature: async () => ({
        isRemapped: false,
        dataRoot: '/data/docker',
        guard: undefined,
        hasContainerdStore: false,
      }),
      showSpec: async () => {},
      readRuntimeVersion: async () => '1.3.0',
    },
    lookAtPaths: async () => paths,
    isLoopback: async () => false,
    sectionsOf: async () => [],
    grantsOf: async () => defaultGrants,
    prepareRuntime: async () => {},
    now,
    serialOf,
    recordsValues: () => false,
    readCaller: (message) =>
      readCaller(message, {
        policy: emptyPolicy,
        lookUp,
        groupIds: async () => new Map(),
        readCertificate,
        now,
        ownAgent: 'own',
      }),
    builds: new Builds(),
    writeAudit: (line) => void audit.push(line),
    report: (error) => {
      throw error
    },
    ...change,
  }
  return {
    ports,
    audit,
    records,
    living,
    networks,
    volumes,
    clock,
    ask: (line: string, body?: unknown) => answerRequest(wire(line, body), ports),
    /** What the engine tells after it has acted. */
    tell: (line: string, body: unknown, status: number, answer: unknown = {}) =>
      answerResponse(
        {
          ...wire(line, body),
          ResponseStatusCode: status,
          ResponseBody: Buffer.from(JSON.stringify(answer)).toString('base64'),
        },
        ports,
      ),
  }
}
