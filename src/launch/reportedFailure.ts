/** What a worker tells the supervisor about an error that ends it. */
import { z } from 'zod';

const reportedFailure = z.object({
  /** Class of the error, for example `PeerError`. */
  name: z.string(),
  message: z.string(),
  /** Where it was thrown: the first line of the stack. */
  at: z.string().optional(),
  timeMs: z.number(),
});
export type ReportedFailure = z.infer<typeof reportedFailure>;

/** Reads what arrived from a worker; `undefined` when that is nothing, or nothing that can be understood. */
export function parseReportedFailure(text: string): ReportedFailure | undefined {
  try {
    return reportedFailure.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
