/** Registers the gradients that TF.js lacks, or that TensorFlow computes better. */
// For Node, TF.js brings its own gradients with its layers: they must come first, since the last one registered counts.
import '@tensorflow/tfjs-layers';
import './activations.ts';
import './Add.ts';
import './broadcasts.ts';
import './comparisons.ts';
import './Einsum.ts';
import './GatherNd.ts';
import './normalizations.ts';
import './softmaxCrossEntropy.ts';
import './windows.ts';
