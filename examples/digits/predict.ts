/** Loads a trained model in a fresh process, and compares its predictions with those of the process that trained it. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import * as tf from 'tfjs-distribute';
import { loadDigits } from './data.ts';
import type { Result } from './train.ts';

const { values: options } = parseArgs({ options: { run: { type: 'string', default: 'runs/digits' } } });
const result = JSON.parse(readFileSync(`${options.run}/result.json`, 'utf8')) as Result;

const model = await tf.loadLayersModel(`file://${result.model}/model.json`);
const { test } = loadDigits();
const images = test.images.slice(0, result.predictions.length);
const labels = await test.labels.slice(0, result.predictions.length).array();
const probabilities = model.predict(images) as tf.Tensor2D;
const predictions = await probabilities.argMax(-1).array();

console.log();
show(await images.as3D(-1, 28, 28).array());
const row = (name: string, digits: readonly number[]): string => `${name.padEnd(26)} ${digits.join('  ')}`;
console.log();
console.log(row('the digit is', labels));
console.log(row('the trained model said', result.predictions));
console.log(row('the loaded model says', predictions as number[]));
if (String(predictions) !== String(result.predictions)) throw new Error('The loaded model predicts something else.');

/** Prints the first images side by side, each line two rows of pixels, without the empty margin. */
function show(pictures: readonly number[][][]): void {
  const numShown = 3;
  const margin = 4;
  for (let y = margin; y < 28 - margin; y += 2) {
    const line = pictures.slice(0, numShown).map((picture) =>
      Array.from({ length: 28 - 2 * margin }, (_, x) => {
        const grey = Math.max(picture[y]?.[x + margin] ?? 0, picture[y + 1]?.[x + margin] ?? 0);
        return ' ░▒▓█'.charAt(Math.round(4 * grey));
      }).join(''),
    );
    console.log(line.join('  '));
  }
}
