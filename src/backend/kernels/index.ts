/** Registers every kernel. */
import './elementwise.ts';
import './Identity.ts';
import './Sum.ts';
