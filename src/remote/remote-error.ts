export type RemoteReason = 'unreachable' | 'timeout' | 'redirect' | 'not JSON' | 'refused'

/** A server that is not ours gave no answer to work with: one line that says why, without a secret or a person in it. */
export class RemoteError extends Error {
  override name = 'RemoteError'
  readonly reason: RemoteReason

  constructor(reason: RemoteReason, message: string) {
    super(message)
    this.reason = reason
  }
}
