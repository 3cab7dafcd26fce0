import type { Extended } from '../contract/extension.ts'
import type { JourneyStatus, NodeType } from '../contract/journey.ts'
import type { MemberStatus } from '../contract/member.ts'
import type { CompletedStep, ParticipationState, ReachedReward } from '../contract/state.ts'

/** What is stored, in the vendor's words. Times are vendor timestamps; null stands for what has not happened. */

export interface SiteRecord extends Extended {
  site_id: string
  name: string
  /** The key of the site's tokens, used raw. */
  secret: string
}

export interface OriginRecord {
  /** The seed document, as JSON, that a reset returns to; null when there is none. */
  origin: string | null
  /** When it was loaded. */
  created_at: string
  /** An ISO 8601 duration: the site expires when it is idle for that long. */
  ttl: string | null
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

export type StepRecord = CompletedStep & Extended
export type RewardRecord = ReachedReward & Extended

export type ParticipationRecord = Omit<ParticipationState, 'events' | 'rewards'> &
  Extended & { events: StepRecord[]; rewards: RewardRecord[] }

/** An event that was sent, whatever its effect. */
export interface HistoryRecord {
  event: string
  attributes: Record<string, unknown>
  at: string
}

export interface MemberRecord extends Extended {
  email: string
  status: MemberStatus
  /** What criteria can ask for. */
  attributes: Record<string, unknown>
  participations: ParticipationRecord[]
  /** Oldest first. */
  history: HistoryRecord[]
}
