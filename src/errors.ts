/** Errors whose message is meant for whoever called; `statusCode` is the HTTP status of their answer. */

/** There is no such site, journey, member …: 404. */
export class NotFound extends Error {
  override name = 'NotFound'
  readonly statusCode = 404
}

/** The request contradicts the present state: 409. */
export class Conflict extends Error {
  override name = 'Conflict'
  readonly statusCode = 409
}

/** The request is wrong in itself, whatever the state: 400. */
export class Invalid extends Error {
  override name = 'Invalid'
  readonly statusCode = 400
}
