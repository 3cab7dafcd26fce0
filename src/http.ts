/**
 * What is needed of node:http. Not imported in the usual way: an import reads every export of node:http, and those that
 * belong to fetch load another library, which takes an eighth of the time in which the server starts.
 */
export const { METHODS, STATUS_CODES, createServer } = process.getBuiltinModule('node:http')
