/** Texts by small numbers, each of them replaced again and again. */
export interface TextSlots {
  /** Characters beyond U+00FF, which HTTP has none of, are not kept. */
  set(slot: number, text: string): void
  /** What was set last. */
  get(slot: number): string
}

const SLOT_BYTES = 2048
const SLOTS_AT_ONCE = 32
// What says how long the text is.
const LENGTH_BYTES = 2

/**
 * Keeps the texts as bytes, in buffers that stay: as strings of some age that are replaced thousands of times a second
 * they would be most of what V8 has to clear away.
 */
export function textSlots(): TextSlots {
  const buffers: Buffer[] = []
  // What is too long for its slot is rare, and kept as it is.
  const long = new Map<number, string>()

  function placeOf(slot: number) {
    const index = Math.floor(slot / SLOTS_AT_ONCE)
    buffers[index] ??= Buffer.alloc(SLOTS_AT_ONCE * SLOT_BYTES)
    return { buffer: buffers[index], offset: (slot % SLOTS_AT_ONCE) * SLOT_BYTES }
  }

  return {
    set(slot, text) {
      if (text.length > SLOT_BYTES - LENGTH_BYTES) {
        long.set(slot, text)
        return
      }
      const { buffer, offset } = placeOf(slot)
      if (long.size > 0) long.delete(slot)
      buffer.writeUInt16LE(text.length, offset)
      buffer.write(text, offset + LENGTH_BYTES, 'latin1')
    },
    get(slot) {
      const whole = long.get(slot)
      if (whole !== undefined) return whole
      const { buffer, offset } = placeOf(slot)
      const start = offset + LENGTH_BYTES
      return buffer.toString('latin1', start, start + buffer.readUInt16LE(offset))
    },
  }
}
