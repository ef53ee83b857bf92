/** The port on which the workers of a job meet, where the cluster names none: the same for all who know the job. */

/** Above the ports that Linux gives to outgoing connections, 32768 to 60999. */
const firstPort = 61_000;
const numPorts = 4000;

/** @param jobId what all workers of the job know, for example Slurm's number of the job */
export function jobPort(jobId: string): number {
  let hash = 0;
  for (const character of jobId) hash = (31 * hash + (character.codePointAt(0) ?? 0)) % 1_000_003;
  return firstPort + (hash % numPorts);
}
