/** `tf.mixedPrecision`: which layers compute in 16 bits, as in Keras. */
import './install.ts';

export { getGlobalPolicy, setGlobalPolicy, type Policy, type PolicyName } from './policy.ts';
