#!/usr/bin/env node
/** The command `tfjs-distribute`. */
import { runProgram } from './program.ts';

process.exitCode = await runProgram(process.argv.slice(2));
