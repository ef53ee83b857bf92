/** Reads Keras's descriptions of layers and models. */
import { kerasObject, type KerasObject } from './archive.ts';

/** Whether a layer is itself a model, with layers inside. */
export function isModel(layer: KerasObject): boolean {
  return layer.class_name === 'Sequential' || isFunctional(layer);
}

export function isFunctional({ class_name }: KerasObject): boolean {
  return class_name === 'Functional' || class_name === 'Model';
}

/** The layers of a model, in Keras's order. */
export function layersOf(model: KerasObject): KerasObject[] {
  return kerasObject.array().parse(model.config['layers']);
}

/** `dense_1 (Dense)` */
export function labelOf({ class_name, config }: KerasObject): string {
  return `${nameOf(config)} (${class_name})`;
}

export function nameOf(config: Readonly<Record<string, unknown>>): string {
  return String(config['name']);
}

/** As TF.js turns Python's names into its own: keys and words, but not the names that people chose. */
export function camelCased(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  if (Array.isArray(value)) return value.map(camelCased);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [camelCased(key), key === 'name' ? inner : camelCased(inner)]),
  );
}
