/** The script that each worker of a check runs: `worker.ts OPTIONS FILE`; local rank 0 writes the report to the file. */
import { writeFile } from 'node:fs/promises';
import { resolveWorker } from '../../cluster/index.ts';
import { checkLinks, type CheckOptions } from './checkLinks.ts';

const [, , options = '', file = ''] = process.argv;
const worker = resolveWorker();
const report = await checkLinks(worker, JSON.parse(options) as CheckOptions);
if (worker.localRank === 0) await writeFile(file, JSON.stringify(report));
