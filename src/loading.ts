/** Starts to load TensorFlow's library when it is imported. */
import { loadAhead } from './native/library.ts';

/** Resolves when the library is loaded, or cannot be; it never rejects. */
export const loading = loadAhead();
