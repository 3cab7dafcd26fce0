/** Errors that every API of the server answers in its own form, each with its HTTP status. */

/** A request that cannot be answered, with the HTTP status that says why. */
export class HttpError extends Error {
  override name = 'HttpError'
  readonly statusCode: number

  /** @param message what is wrong, and what to do about it */
  constructor(statusCode: number, message: string) {
    super(message)
    this.statusCode = statusCode
  }
}

/** Something that does not exist. */
export class NotFound extends HttpError {
  override name = 'NotFound'

  constructor(message: string) {
    super(404, message)
  }
}

/** A request that contradicts the present state. */
export class Conflict extends HttpError {
  override name = 'Conflict'

  constructor(message: string) {
    super(409, message)
  }
}

/** A request that is wrong in itself, whatever the state. */
export class Invalid extends HttpError {
  override name = 'Invalid'

  constructor(message: string) {
    super(400, message)
  }
}

/** A database that cannot be used, in one line that says what to do: 500. Nothing was changed. */
export class StoreError extends Error {
  override name = 'StoreError'
  readonly statusCode: number = 500
}

/** The disk of the database is full: 507. Nothing was changed. */
export class StorageFull extends StoreError {
  override name = 'StorageFull'
  override readonly statusCode = 507
}

/** The database cannot be written: 500. Nothing was changed. */
export class StorageReadOnly extends StoreError {
  override name = 'StorageReadOnly'
}
