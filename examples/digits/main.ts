/**
 * `npm start`: trains on handwritten digits with one worker, then with two, compares their speed, and shows that the
 * saved model predicts the same in a fresh process. Less than a minute on two cores.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { styleText } from 'node:util';
import { launch } from 'tfjs-distribute/launch';
import type { Result } from './train.ts';

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const bold = (text: string): string =>
  process.stdout.isTTY && !process.env['NO_COLOR'] ? styleText('bold', text) : text;
const say = (text = ''): void => void process.stdout.write(`${text}\n`);

/** Trains in `numWorkers` processes of one thread each, and gives what the chief has written. */
async function train(numWorkers: number, epochs: number, out: string): Promise<Result> {
  const code = await launch({
    script: here('train.ts'),
    args: ['--epochs', String(epochs), '--out', out],
    numWorkers,
    threadsPerWorker: 1,
  });
  if (code !== 0) process.exit(code);
  return JSON.parse(readFileSync(`${out}/result.json`, 'utf8')) as Result;
}

say(bold('1. One worker, one epoch: how fast is it alone?'));
const alone = await train(1, 1, 'runs/digits-alone');

say(bold('\n2. Two workers, each with its share of every batch'));
const together = await train(2, 8, 'runs/digits');

say(bold('\n3. The saved model in a fresh process'));
const predicted = await launch({ script: here('predict.ts'), args: ['--run', 'runs/digits'], numWorkers: 1 });
if (predicted !== 0) process.exit(predicted);

const speedUp = together.samplesPerSecond / alone.samplesPerSecond;
say(bold('\nResult'));
say(`  test accuracy      ${(100 * together.accuracy).toFixed(2)} % of 2,000 digits that it has not seen`);
say(`  one worker         ${alone.samplesPerSecond.toFixed(0)} samples/s`);
say(`  two workers        ${together.samplesPerSecond.toFixed(0)} samples/s`);
say(`  speed-up           ${speedUp.toFixed(2)} times`);
say(`  model              ${together.model}`);
say(`  checkpoint         ${together.checkpoint}`);
