/** A command line's options as data: parser, help, man page and completion come from the same table. */
import type { Kind } from './kinds.ts'

export type Flag = {
  /** As docker spells it. */
  readonly name: string
  readonly short?: string
  readonly kind: Kind
  readonly help: string
  /** Another name of that flag: the last of both wins. `negated`: a switch that turns it off. */
  readonly sameAs?: string
  readonly negated?: true
  /** docker does not show it either. */
  readonly hidden?: true
  /** docker has none such. */
  readonly ours?: true
  /** Where in the create body the value goes, and nothing else comes of it. */
  readonly to?: string
  /** No site can grant it: `except` are the values that mean what is so anyway. */
  readonly refused?: { readonly why: string; readonly hint: string; readonly except?: RegExp }
}
