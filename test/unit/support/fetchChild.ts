/** A process of its own that ensures the library, as a training script does, and prints where it came from. */

import { ensureRuntime } from '../../../src/native/runtime/index.ts';

const { source, ccLibrary } = await ensureRuntime();
process.stdout.write(`${JSON.stringify({ source, ccLibrary })}\n`);
