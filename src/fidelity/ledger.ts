import { readFileSync } from 'node:fs'
import { ApiError } from '../contract/errors.ts'
import type { OperationId } from '../contract/operations.ts'
import { packageFile } from '../package-file.ts'
import type { Ledger } from './entry.ts'

/** The committed ledger; made by `npm run generate`. */
export const LEDGER_FILE = packageFile('fidelity.json')

export const readLedger = (): Ledger => JSON.parse(readFileSync(LEDGER_FILE, 'utf8'))

/** The id of a property of what an operation answers, by its path: `getJourney.nodes[].id`. */
export const propertyId = (operation: OperationId, path: string): string => `${operation}.${path}`
export const parameterId = (operation: OperationId, name: string): string => `${operation}{${name}}`
export const errorPropertyId = (name: string): string => `${ApiError.$id}.${name}`
export const errorId = (code: string): string => `error.${code}`
export const authRuleId = (name: string): string => `auth.${name}`
export const ruleId = (name: string): string => `rule.${name}`
