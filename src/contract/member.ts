/** Whether a member takes part: CONTRACT.md section 4. One who is blocked or has opted out gets AC1008 or AC1009 (I). */
export const MEMBER_STATUSES = ['active', 'blocked', 'opted_out'] as const
export type MemberStatus = (typeof MEMBER_STATUSES)[number]
