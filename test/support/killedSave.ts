/** Saves two checkpoints and is killed at a stage of the third: directory, stage. Every element of checkpoint N is N. */
import fs from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs-core';
import '../../src/backend/index.ts';
import { CheckpointManager } from '../../src/checkpoint/index.ts';
import { Checkpoint } from '../../src/train/checkpointing.ts';

const [directory = '', stage = ''] = process.argv.slice(2);
const [large, small] = [tf.variable(tf.zeros([2_000_000])), tf.variable(tf.zeros([]))];
const manager = new CheckpointManager(new Checkpoint({ large, small }), { directory, maxToKeep: 2 });

const die = (): void => void process.kill(process.pid, 'SIGKILL');
const { mkdtemp, rename, rm } = fs;
const stages: Record<string, () => void> = {
  /** While TensorFlow writes the tensors. */
  writing: () => {
    fs.mkdtemp = ((prefix: string) => {
      setTimeout(die, 3);
      return mkdtemp(prefix);
    }) as typeof mkdtemp;
  },
  /** Before the data, then the index, then the list of checkpoints are put in place. */
  data: dieBeforeRename('.data-00000-of-00001'),
  index: dieBeforeRename('.index'),
  list: dieBeforeRename('/checkpoint'),
  /** Before the oldest checkpoint is removed. */
  removal: () => {
    fs.rm = async (path, options) => {
      if (path.toString().endsWith('ckpt-1.index')) die();
      await rm(path, options);
    };
  },
};

for (const i of [1, 2, 3]) {
  large.assign(tf.fill([2_000_000], i));
  small.assign(tf.scalar(i));
  if (i === 3) stages[stage]?.();
  await manager.save({ metadata: i });
}

function dieBeforeRename(ending: string): () => void {
  return () => {
    fs.rename = async (from, to) => {
      if (to.toString().endsWith(ending)) die();
      await rename(from, to);
    };
  };
}
