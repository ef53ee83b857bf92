/** Slurm's short ways to write lists: of nodes, `node[01-03,7],gpu-[1-2]x[3-4]`, and of counts, `2(x3),1`. */

/** All nodes of a list in their order, the last brackets counting fastest; `undefined` for a list that is malformed. */
export function expandNodeList(list: string): string[] | undefined {
  const names: string[] = [];
  // Commas within brackets separate numbers, those outside nodes.
  for (const part of list.split(/,(?![^[]*\])/)) {
    const expanded = expandName(part.trim());
    if (expanded === undefined) return undefined;
    names.push(...expanded);
  }
  return names;
}

/** The count for each node; `undefined` for a list that is malformed. */
export function expandCounts(list: string): number[] | undefined {
  const counts: number[] = [];
  for (const part of list.split(',')) {
    const match = /^(\d+)(?:\(x(\d+)\))?$/.exec(part);
    if (match === null) return undefined;
    counts.push(...Array<number>(Number(match[2] ?? 1)).fill(Number(match[1])));
  }
  return counts;
}

function expandName(name: string): string[] | undefined {
  const match = /^([^[\]]*)\[([^[\]]+)\](.*)$/.exec(name);
  if (match === null) return name === '' || /[[\]\s]/.test(name) ? undefined : [name];
  const [, before = '', ranges = '', after = ''] = match;
  const numbers = expandRanges(ranges);
  const ends = after === '' ? [''] : expandName(after);
  return numbers && ends && numbers.flatMap((number) => ends.map((end) => `${before}${number}${end}`));
}

/** `01-03,7` is 01, 02, 03, 7: as many digits as the first number of a range has. */
function expandRanges(ranges: string): string[] | undefined {
  const numbers: string[] = [];
  for (const range of ranges.split(',')) {
    const match = /^(\d+)(?:-(\d+))?$/.exec(range);
    const [, first = '', last = first] = match ?? [];
    if (match === null || Number(last) < Number(first) || Number(last) - Number(first) > 100_000) return undefined;
    for (let number = Number(first); number <= Number(last); number++) {
      numbers.push(String(number).padStart(first.length, '0'));
    }
  }
  return numbers;
}
