import { frozenClock } from '../../src/clock.ts'
import type { SeedDocument } from '../../src/index.ts'
import { openLiveApi } from '../../src/verify/live-api.ts'
import { type SnapshotOptions, takeSnapshot } from '../../src/verify/snapshot.ts'
import { NOW } from '../support/app.ts'
import { temporaryFolder } from '../support/folder.ts'
import { SITE } from '../support/seeds.ts'

/** Takes a snapshot of a server as fast as it can, at the time at which the clocks of all tests are frozen. */
export async function taken(baseUrl: string, emails: string[], rest: Partial<SnapshotOptions> = {}) {
  using folder = temporaryFolder()
  const { site_id: siteId, secret } = SITE
  return await takeSnapshot({
    api: openLiveApi({ baseUrl, siteId, secret, rate: 100_000 }),
    emails,
    partial: folder.file('partial'),
    resume: true,
    anonymise: false,
    clock: frozenClock(NOW),
    ...rest,
  })
}

/** Every text in a value, the names of properties too, with its path. */
export function textsIn(value: unknown, path: string[] = []): { text: string; path: string[] }[] {
  if (typeof value === 'string') return [{ text: value, path }]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) => [
    ...(Array.isArray(value) ? [] : [{ text: name, path: [...path, 'its name'] }]),
    ...textsIn(inner, Array.isArray(value) ? path : [...path, name]),
  ])
}

export const emailsOf = (seed: SeedDocument): string[] => seed.members.map(({ email }) => email)
