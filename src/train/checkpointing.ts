/** Saves and restores what training changes, by name: models, optimizers and variables. */
import { Variable } from '@tensorflow/tfjs-core';
import { layers, type LayerVariable } from '@tensorflow/tfjs-layers';
import { InternalError } from '../base/errors.ts';
import { isPlainObject } from '../base/isPlainObject.ts';
import { resourceOf } from '../backend/index.ts';
import {
  latestCheckpoint,
  readManifest,
  restoreCheckpoint,
  saveCheckpoint,
  wrongContents,
  type Json,
  type RestoredCheckpoint,
  type Saveable,
} from '../checkpoint/index.ts';
import type { ResourceVariable } from '../tensor/index.ts';
import { FusedOptimizer } from './optimizers/index.ts';
import { weightNames } from './weightNames.ts';

/** What a checkpoint can hold: a model or layer, an optimizer of ours, a variable, or several of them by name. */
export type Trackable = layers.Layer | FusedOptimizer | Variable | { readonly [name: string]: Trackable };

/** Variables by their names in the checkpoint, and the optimizers by theirs. */
interface Found {
  readonly variables: Map<string, Variable>;
  readonly optimizers: Map<string, FusedOptimizer>;
}

/**
 * As `tf.train.Checkpoint`: `new Checkpoint({ model, optimizer })`.
 *
 * The entries of the file are called `model/dense_1/kernel`, `optimizer/iterations` and
 * `optimizer/model/dense_1/kernel/momentum`, after the names given here.
 */
export class Checkpoint implements Saveable {
  readonly #tracked: Readonly<Record<string, Trackable>>;

  constructor(tracked: Readonly<Record<string, Trackable>>) {
    this.#tracked = tracked;
  }

  /**
   * Writes a checkpoint; see `saveCheckpoint`.
   *
   * @param options.metadata - Plain values to keep beside the tensors, for example the epoch.
   * @returns Its path without `.index`.
   * @throws EnvironmentError `TFD_CHECKPOINT_WRITE`; UserError `TFD_CHECKPOINT_CONTENTS` for what cannot be saved.
   */
  async write(prefixOrDirectory: string, options: { readonly metadata?: Json } = {}): Promise<string> {
    return saveCheckpoint(prefixOrDirectory, { ...options, tensors: resources(find(this.#tracked)) });
  }

  /**
   * Restores everything that this object names, or nothing where something is missing or does not fit; see
   * `restoreCheckpoint`. Build the model first; an optimizer may be new.
   */
  async restore(prefixOrDirectory: string): Promise<RestoredCheckpoint> {
    const prefix = latestCheckpoint(prefixOrDirectory) ?? prefixOrDirectory;
    const found = find(this.#tracked);
    buildSlots(found, Object.keys(readManifest(prefix)?.entries ?? {}));
    return restoreCheckpoint(prefix, { tensors: resources(found) });
  }
}

function find(tracked: Readonly<Record<string, Trackable>>): Found {
  const found: Found = { variables: new Map(), optimizers: new Map() };
  visit('', tracked, found);
  return found;
}

function visit(path: string, value: unknown, found: Found): void {
  if (value instanceof FusedOptimizer) {
    found.optimizers.set(path, value as FusedOptimizer);
  } else if (value instanceof Variable) {
    found.variables.set(path, value as Variable);
  } else if (value instanceof layers.Layer) {
    const { weights } = value;
    const names = weightNames(weights.map(({ originalName }) => originalName));
    weights.forEach((weight, index) => found.variables.set(`${path}/${names[index] ?? ''}`, variableOf(weight)));
  } else if (isPlainObject(value)) {
    for (const [name, part] of Object.entries(value)) visit(path === '' ? name : `${path}/${name}`, part, found);
  } else {
    const kind = typeof value === 'object' && value !== null ? value.constructor.name : String(value);
    throw wrongContents('A checkpoint holds models, optimizers of this package and variables.', `${path}: ${kind}`);
  }
}

function resources({ variables, optimizers }: Found): Record<string, ResourceVariable> {
  const names = new Map([...variables].map(([name, variable]) => [variable, name] as const));
  const tensors = Object.fromEntries([...variables].map(([name, variable]) => [name, resourceOf(variable)]));
  for (const [path, optimizer] of optimizers) {
    for (const { name, variable } of optimizer.variables((variable) => names.get(variable) ?? variable.name)) {
      tensors[`${path}/${name}`] = variable;
    }
  }
  return tensors;
}

/** Makes the slots that the checkpoint has, in optimizers that have not taken a step yet. */
function buildSlots({ variables, optimizers }: Found, entries: readonly string[]): void {
  for (const [path, optimizer] of optimizers) {
    const owners = new Set(entries.filter((entry) => entry.startsWith(`${path}/`)).map((entry) => parentOf(entry)));
    optimizer.build([...variables].flatMap(([name, variable]) => (owners.has(`${path}/${name}`) ? [variable] : [])));
  }
}

function parentOf(entry: string): string {
  return entry.slice(0, entry.lastIndexOf('/'));
}

function variableOf(weight: LayerVariable): Variable {
  const value = weight.read();
  if (value instanceof Variable) return value as Variable;
  throw new InternalError(`The weight ${weight.name} has no variable.`);
}
