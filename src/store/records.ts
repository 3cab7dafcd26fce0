/** The state of a site beyond its data, as it is stored. */

export interface CreationRecord {
  /** When the site was created. */
  created_at: string
  /** An ISO 8601 duration: the site expires when it is idle for that long. */
  ttl: string | null
}

export interface OriginRecord extends CreationRecord {
  /** The seed document, as JSON, that a reset returns to; null when there is none. */
  origin: string | null
}

export interface FaultRecord {
  id: string
  /** The rule, as JSON. */
  rule: string
  /** How many requests it has matched. */
  seen: number
  /** How many of them got the fault. */
  used: number
}

export interface SnapshotRecord {
  name: string
  taken_at: string
  /** The state of the site, as JSON. */
  content: string
}
