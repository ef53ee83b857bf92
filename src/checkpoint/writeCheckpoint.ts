/** Writes tensors as a checkpoint in TensorFlow's format. */
import { eagerExecutor, EagerTensor, type ResourceVariable, type Value } from '../tensor/index.ts';
import { putInPlace } from './checkpointFiles.ts';
import { notWritten, wrongContents } from './errors.ts';
import { manifestName, type Json, type Manifest } from './manifest.ts';
import { runOnce } from './runOnce.ts';
import { text, texts } from './texts.ts';

/** What goes into a checkpoint. */
export interface CheckpointContents {
  /** By the names that the checkpoint gives them, for example `model/dense_1/kernel`. */
  readonly tensors: Readonly<Record<string, ResourceVariable | EagerTensor>>;
  /** Plain values to keep beside them, for example the epoch. */
  readonly metadata?: Json;
}

/**
 * Writes the checkpoint `prefix`: the files `<prefix>.index` and `<prefix>.data-00000-of-00001`, which Python reads with
 * `tf.train.load_checkpoint`. They appear when they are complete.
 *
 * The values are those after all compiled calls made so far; the event loop and further steps go on meanwhile.
 *
 * @throws EnvironmentError `TFD_CHECKPOINT_WRITE` where the files cannot be written.
 */
export async function writeCheckpoint(prefix: string, contents: CheckpointContents): Promise<void> {
  const names = Object.keys(contents.tensors);
  if (names.includes('') || names.includes(manifestName)) {
    throw wrongContents(`Tensors in a checkpoint have names other than "" and "${manifestName}".`, names.join(', '));
  }
  const values = await snapshot(Object.values(contents.tensors));
  const helpers = [
    text(manifestOf(contents)),
    texts([...names, manifestName]),
    texts([...names, manifestName].map(() => '')),
  ];
  try {
    await putInPlace(prefix, async (temporary) => {
      const [manifest, allNames, slices] = helpers as [Value, Value, Value];
      const path = text(temporary);
      helpers.push(path);
      await eagerExecutor().executeAsync(
        'SaveV2',
        [path, allNames, slices, [...values, manifest]],
        0,
        Promise.resolve(),
      );
    });
  } catch (error) {
    throw notWritten(prefix, error);
  } finally {
    for (const tensor of [...values, ...helpers]) if (tensor instanceof EagerTensor) tensor.dispose();
  }
}

/** The values at one point between compiled calls; the caller disposes them. They take memory once variables change. */
async function snapshot(sources: readonly (ResourceVariable | EagerTensor)[]): Promise<EagerTensor[]> {
  const variables = sources.filter((source): source is ResourceVariable => !(source instanceof EagerTensor));
  const values = await runOnce('snapshot', () => variables.map((variable) => variable.read()));
  return sources.map((source) => (source instanceof EagerTensor ? source.share() : (values.shift() as EagerTensor)));
}

function manifestOf({ tensors, metadata }: CheckpointContents): string {
  const entries = Object.entries(tensors).map(([name, { dtype, shape }]) => [name, { dtype, shape }] as const);
  const manifest: Manifest = {
    entries: Object.fromEntries(entries),
    ...(metadata === undefined ? {} : { metadata }),
  };
  return JSON.stringify(manifest);
}
