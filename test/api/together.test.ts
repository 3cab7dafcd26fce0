import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { together } from '../../src/api/together.ts'

describe('Work that is put off', () => {
  it('is done in its order, at the end of the turn', async () => {
    const later = together()
    const done: number[] = []
    for (const n of [1, 2, 3]) later.add(() => done.push(n))
    expect(done).toEqual([])
    await setImmediate()
    expect(done).toEqual([1, 2, 3])
  })

  it('is done once only when it is asked for before', async () => {
    const later = together()
    const done: number[] = []
    for (const n of [1, 2]) later.add(() => done.push(n))
    later.flush()
    expect(done).toEqual([1, 2])
    later.add(() => done.push(3))
    await setImmediate()
    expect(done).toEqual([1, 2, 3])
  })

  it('is done at once when it has long been alone, and again with others once there are some', async () => {
    const later = together()
    let done = 0
    const work = () => {
      done++
    }
    const atOnce: boolean[] = []
    for (let turn = 0; turn < 40; turn++) {
      later.add(work)
      atOnce.push(done > turn)
      await setImmediate()
      expect(done).toBe(turn + 1)
    }
    expect([atOnce[0], atOnce.at(-1)]).toEqual([false, true])

    const before = done
    for (let n = 0; n < 100; n++) later.add(work)
    await setImmediate()
    expect(done).toBe(before + 100)
    later.add(work)
    expect(done).toBe(before + 100)
    await setImmediate()
    expect(done).toBe(before + 101)
  })
})
