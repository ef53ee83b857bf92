/** Turns facts into findings: what is right, what is worth knowing, and what stands in the way of training. */

import type { DoctorFacts, RuntimeFact } from './facts.ts';

export interface Finding {
  topic: string;
  /** `missing` stands in the way of training; `note` does not. */
  state: 'ok' | 'note' | 'missing';
  text: string;
  /** What to do about it. */
  remedy?: string;
}

export function judge(facts: DoctorFacts): Finding[] {
  return [
    node(facts),
    system(facts),
    cpu(facts),
    memory(facts),
    ...runtime(facts.runtime),
    devices(facts),
    collectives(facts),
    ports(facts),
    cluster(facts),
  ];
}

/** Whether one can train here: nothing that is needed is missing. */
export function isReady(findings: readonly Finding[]): boolean {
  return findings.every(({ state }) => state !== 'missing');
}

function node({ node: { version } }: DoctorFacts): Finding {
  const [major = 0, minor = 0] = version.slice(1).split('.').map(Number);
  const supported = major > 20 || (major === 20 && minor >= 17);
  return supported
    ? { topic: 'Node', state: 'ok', text: version }
    : { topic: 'Node', state: 'missing', text: version, remedy: 'Install Node 20.17 or newer.' };
}

function system({ system: { platform, arch, release, glibc } }: DoctorFacts): Finding {
  const libc = glibc === undefined ? '' : `, glibc ${glibc}`;
  const text = `${platform} ${arch}, kernel ${release}${libc}`;
  if (platform === 'win32') {
    return { topic: 'System', state: 'missing', text, remedy: 'Run inside WSL (Windows Subsystem for Linux).' };
  }
  return { topic: 'System', state: 'ok', text };
}

function cpu({ cpu: { model, cores, features }, system: { arch, platform } }: DoctorFacts): Finding {
  const text = `${model}, ${cores} cores, ${features.join(' ') || 'features unknown'}`;
  if (platform === 'linux' && arch === 'x64' && features.length > 0 && !features.includes('avx')) {
    return { topic: 'CPU', state: 'missing', text, remedy: 'TensorFlow needs a processor with AVX.' };
  }
  return { topic: 'CPU', state: 'ok', text };
}

function memory({ memory: { totalBytes, freeBytes } }: DoctorFacts): Finding {
  const text = `${gigabytes(totalBytes)} GB, ${gigabytes(freeBytes)} GB free`;
  if (freeBytes >= 1e9) return { topic: 'Memory', state: 'ok', text };
  return { topic: 'Memory', state: 'note', text, remedy: 'A worker takes about 0.5 GB before the model and its data.' };
}

function runtime({ found, notes, problem, cacheDirectory }: RuntimeFact): Finding[] {
  const passedOver = notes.map((text): Finding => ({ topic: 'TensorFlow', state: 'note', text }));
  if (found !== undefined) {
    const origins = {
      environment: 'TFJS_DISTRIBUTE_LIBRARY',
      python: 'the Python environment',
      cache: 'the cache',
      downloaded: 'just fetched',
    };
    const text = `${found.version ?? 'version unknown'}, from ${origins[found.source]}: ${found.directory}`;
    return [...passedOver, { topic: 'TensorFlow', state: 'ok', text }];
  }
  const text = problem?.message ?? `not on this machine (looked into the Python environment and ${cacheDirectory})`;
  const remedy =
    problem === undefined
      ? 'It is fetched by the first training run; `npx tfjs-distribute doctor --fetch` does it now (about 270 MB).'
      : problem.remedy;
  return [...passedOver, { topic: 'TensorFlow', state: 'missing', text, ...(remedy === undefined ? {} : { remedy }) }];
}

function devices({ devices: found }: DoctorFacts): Finding {
  const topic = 'Devices';
  if (found === undefined) return { topic, state: 'note', text: 'not asked, as TensorFlow was not loaded' };
  if (!Array.isArray(found)) {
    const remedy =
      'The library was found, but does not load: remove it, or set TFJS_DISTRIBUTE_LIBRARY to another one.';
    return { topic, state: 'missing', text: found.problem, remedy };
  }
  const names = found.map(({ name, memoryBytes }) =>
    memoryBytes === undefined ? name : `${name} (${gigabytes(memoryBytes)} GB)`,
  );
  return { topic, state: 'ok', text: names.join(', ') };
}

function collectives({ collectives: { library, problem } }: DoctorFacts): Finding {
  const topic = 'Collectives';
  if (library !== undefined) return { topic, state: 'ok', text: `Gloo, ${library}` };
  return {
    topic,
    state: 'note',
    text: problem ?? "no Gloo library for this platform: TensorFlow's own, slower ring is used between workers",
    remedy: 'With a C++ compiler and cmake installed, `npm run build:collectives` builds it.',
  };
}

function ports({ portProblem }: DoctorFacts): Finding {
  const topic = 'Ports';
  if (portProblem === undefined) return { topic, state: 'ok', text: 'a free port on 127.0.0.1 can be bound' };
  const remedy = 'Workers meet over TCP: allow this process to listen on the loopback interface.';
  return { topic, state: 'missing', text: portProblem, remedy };
}

function cluster({ cluster: { signs, variables } }: DoctorFacts): Finding {
  const own = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  const text = [...signs, ...own].join('; ') || 'none seen: `run --workers N` starts workers on this machine';
  return { topic: 'Cluster', state: 'ok', text };
}

function gigabytes(bytes: number): string {
  return (bytes / 1e9).toFixed(1);
}
