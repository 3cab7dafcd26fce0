import type { Extended } from '../contract/extension.ts'
import type { JourneyStatus, NodeType } from '../contract/journey.ts'
import type { MemberStatus } from '../contract/member.ts'

/** What is stored, in the vendor's words. Times are vendor timestamps; a `null` is a fact that has not happened. */

export interface SiteRecord extends Extended {
  site_id: string
  name: string
  /** The key of the site's tokens, used raw. */
  secret: string
}

export interface OriginRecord {
  /** The seed document, as JSON, that a reset returns to; null when the site came about otherwise. */
  origin: string | null
  /** When it was loaded. */
  created_at: string
  /** An ISO 8601 duration after which an unused site is removed. */
  ttl: string | null
}

export interface FaultRecord {
  id: string
  /** The rule, as JSON. */
  rule: string
  /** How many requests it has matched. */
  seen: number
  /** How many of them it has spoiled. */
  used: number
}

export interface SnapshotRecord {
  name: string
  taken_at: string
  /** The state of the site, as JSON. */
  content: string
}

export interface JourneyRecord extends Extended {
  id: string
  multi_template_id: string
  name: string
  description: string
  publish_at: string | null
  open_ended: boolean
  status: JourneyStatus
  start_date: string | null
  end_date: string | null
  created_at: string
  updated_at: string
  created_by: string | null
}

export interface NodeRecord extends Extended {
  id: string
  type: NodeType
  name: string
  config: Record<string, unknown>
  position: { x: number; y: number }
}

export interface ConnectionRecord extends Extended {
  id: string
  source_node_id: string
  target_node_id: string
  condition: string | null
}

export interface GraphRecord extends JourneyRecord {
  nodes: NodeRecord[]
  connections: ConnectionRecord[]
}

export interface StepRecord extends Extended {
  node_id: string
  completed_at: string
}

export interface RewardRecord extends Extended {
  node_id: string
  hold_start_datetime: string | null
  hold_end_datetime: string | null
  blocked_by: string | null
  blocked_at: string | null
}

export interface ParticipationRecord extends Extended {
  id: string
  journey_id: string
  started_at: string
  progress_percentage: string
  completed_at: string | null
  expired_at: string | null
  created_at: string
  updated_at: string
  events: StepRecord[]
  rewards: RewardRecord[]
  /** Where the member stands; null when it follows from what was done. */
  standing: StandingRecord[] | null
}

export interface StandingRecord {
  /** A step that waits. */
  node_id: string
  /** How often its event has happened there. */
  count: number
}

/** Something a member did, whatever came of it. */
export interface HistoryRecord {
  event: string
  attributes: Record<string, unknown>
  at: string
}

export interface MemberRecord extends Extended {
  email: string
  status: MemberStatus
  /** What criteria may ask of the member. */
  attributes: Record<string, unknown>
  participations: ParticipationRecord[]
  /** Oldest first. */
  history: HistoryRecord[]
}
