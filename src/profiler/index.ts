/** What training spends its time on. */
export { profile, type Profile } from './profile.ts';
export type { OperationTime, SummaryOptions } from './operationTimes.ts';
