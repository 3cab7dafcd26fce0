import type { FastifyInstance } from 'fastify'
import { version } from '../version.ts'

/** The test's plane: whatever is not the vendor's API, for programs. */
export async function control(scope: FastifyInstance): Promise<void> {
  scope.get('/health', { schema: { hide: true } }, () => ({ status: 'ok', version }))
}
