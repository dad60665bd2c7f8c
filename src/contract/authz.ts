/** The wire types of Docker's authorization plugin protocol (moby pkg/authorization/api.go). */

/** AuthZPlugin.AuthZReq and AuthZRes. Bodies are base64; absent where the engine sent none (THREATS 3.2). */
export type WireRequest = {
  readonly User?: string
  readonly UserAuthNMethod?: string
  readonly RequestMethod?: string
  readonly RequestUri?: string
  readonly RequestBody?: string
  readonly RequestHeaders?: Readonly<Record<string, string>>
  readonly RequestPeerCertificates?: readonly string[]
  readonly ResponseBody?: string
  readonly ResponseStatusCode?: number
  readonly ResponseHeaders?: Readonly<Record<string, string>>
}

export type WireResponse = { readonly Allow: boolean; readonly Msg?: string; readonly Err?: string }
