/** Leaves while TensorFlow's library is being loaded on another thread; for `leaving.test.ts`. */
import '../../src/loading.ts';

console.error('said while it loads');
if (process.argv[2] === 'error') throw new Error('thrown on purpose');
process.exit(3);
