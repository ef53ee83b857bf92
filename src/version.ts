/** Versions of this package and of the packages of TF.js behind it. */
import { version_core } from '@tensorflow/tfjs-core';
import { version_converter } from '@tensorflow/tfjs-converter';
import { version_data } from '@tensorflow/tfjs-data';
import { version_layers } from '@tensorflow/tfjs-layers';
import { readFileSync } from 'node:fs';

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };

/** By package name, as in TF.js. */
export const version = {
  'tfjs-core': version_core,
  'tfjs-layers': version_layers,
  'tfjs-converter': version_converter,
  'tfjs-data': version_data,
  'tfjs-distribute': manifest.version,
} as const;
