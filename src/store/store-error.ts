/** A database that cannot be used, said in one line that a person can act on. */
export class StoreError extends Error {
  override name = 'StoreError'
}
