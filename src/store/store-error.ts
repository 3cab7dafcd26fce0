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
