/** Adoption: root tells the running gate of containers that the engine has and the gate knows nothing of. */

/** What dockerrunctl asks. */
export type AdoptionWish = {
  /** By name, id or the beginning of one; all without a record where it is `all`. */
  readonly containers: 'all' | readonly string[]
  /** Only says which it would be. */
  readonly isTrial: boolean
}

/** What the gate answers: what `found` names is root's now, unless it was a trial, or something is said against it. */
export type Adoption = {
  /** Those that had no record. */
  readonly found: readonly AdoptedContainer[]
  /** Of what was asked for; with one of them, nothing is adopted. */
  readonly objections: readonly string[]
}

/** `image` is the id of it. */
export type AdoptedContainer = { readonly id: string; readonly name: string; readonly image: string }
