/** A host with faults planted into it: what a fault is, and where things are. */
import type { InstalledEngine } from '../support/installed-engine.ts'
import type { Namespace } from '../support/namespace.ts'

export type Site = {
  readonly host: Namespace
  readonly engine: InstalledEngine
  /** As root; throws where it fails. */
  readonly sh: (script: string, as?: string) => Promise<string>
}

export type Fault = {
  readonly fault: string
  /** Of the findings that come with it, the worst first. */
  readonly ids: readonly string[]
  readonly plant: string | ((site: Site) => Promise<void>)
  /** Where doctor gives advice: what an administrator then does. Otherwise the command that doctor prints is run. */
  readonly byHand?: string | ((site: Site) => Promise<void>)
  /** What only made the fault possible goes too. */
  readonly after?: string
}

export const socket = '/run/docker.sock'
export const settings = '/etc/docker/daemon.json'
export const pki = '/etc/dockerrun/pki'
