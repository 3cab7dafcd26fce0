/** What is asked for does not exist. */
export class NotFound extends Error {
  override name = 'NotFound'
}

/** What is asked for contradicts what there is. */
export class Conflict extends Error {
  override name = 'Conflict'
}

/** What is asked for makes no sense in itself. */
export class Invalid extends Error {
  override name = 'Invalid'
}
