/**
 * What the server needs of `node:http`. An `import` of that module reads all its exports, among them `WebSocket`, for which
 * Node loads its whole HTTP client: 30 ms of every start.
 */
export const { STATUS_CODES, validateHeaderName, validateHeaderValue } = process.getBuiltinModule('node:http')
