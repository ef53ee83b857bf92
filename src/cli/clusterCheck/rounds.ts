/** Who measures whom when: each worker takes part in one measurement at a time, so that none disturbs another. */

/** Each ordered pair once, in rounds of pairs without a common member (the circle method for tournaments). */
export function makeRounds(ranks: readonly number[]): [from: number, to: number][][] {
  const places: (number | undefined)[] = ranks.length % 2 === 0 ? [...ranks] : [...ranks, undefined];
  const rounds: [number, number][][] = [];
  for (let round = 1; round < places.length; round++) {
    const pairs: [number, number][] = [];
    for (let place = 0; place < places.length / 2; place++) {
      const [one, other] = [places[place], places[places.length - 1 - place]];
      if (one !== undefined && other !== undefined) pairs.push([one, other]);
    }
    rounds.push(
      pairs,
      pairs.map(([one, other]) => [other, one]),
    );
    // The first one stays, the others move on by one place.
    places.splice(1, 0, places.pop());
  }
  return rounds;
}
