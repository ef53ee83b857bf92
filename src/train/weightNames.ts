/** Names of a model's weights in checkpoints: the same in every process, and for every model of the same layers. */

/**
 * Gives each weight a name from TF.js's own one, in which the number of each layer that TF.js has named itself is
 * counted anew: `dense_Dense7/kernel` of a model whose first dense layer it is becomes `dense_1/kernel`. TF.js counts
 * such layers over all models of the process.
 *
 * @param names - TF.js's `originalName` of each weight, in the model's order.
 */
export function weightNames(names: readonly string[]): string[] {
  const counts = new Map<string, number>();
  const count = (key: string): number => {
    const next = (counts.get(key) ?? 0) + 1;
    counts.set(key, next);
    return next;
  };
  const layers = new Map<string, string>();
  return names.map((name) => {
    const stable = name
      .split('/')
      .map((part) => {
        const kind = ownName(part);
        if (kind === undefined) return part;
        const known = layers.get(part) ?? `${kind}_${count(kind)}`;
        layers.set(part, known);
        return known;
      })
      .join('/');
    const occurrence = count(`weight ${stable}`);
    return occurrence === 1 ? stable : `${stable}_${occurrence}`;
  });
}

/** `dense` for `dense_Dense7`, a name that TF.js has made; undefined for one that somebody chose. */
function ownName(part: string): string | undefined {
  const [, kind = '', className = ''] = /^([a-z0-9_]+)_([A-Z][A-Za-z0-9]*?)\d+$/.exec(part) ?? [];
  return kind !== '' && kind.replaceAll('_', '') === className.toLowerCase() ? kind : undefined;
}
