/** The progress line, on a terminal and elsewhere. */

import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { createProgress } from '../../src/base/progress.ts';

const timeout = 10_000;

/** A stream that keeps what it is told. */
function recorder(terminal?: { columns: number; color: boolean }): { stream: Writable; text: () => string } {
  let text = '';
  const stream = new Writable({
    write(chunk: Buffer, _encoding, next) {
      text += chunk.toString();
      next();
    },
  });
  if (terminal !== undefined) {
    Object.assign(stream, { isTTY: true, columns: terminal.columns, hasColors: () => terminal.color });
  }
  return { stream, text: () => text };
}

test('elsewhere than on a terminal: plain lines at steps of 10 %, not too many', { timeout }, () => {
  const { stream, text } = recorder();
  let ms = 0;
  const progress = createProgress({ title: 'Fetching', unit: 'bytes', total: 100e6, stream, now: () => ms });
  for (let done = 0; done <= 100; done++) {
    progress.update(done * 1e6);
    ms += 1000;
  }
  progress.done();
  const lines = text().trimEnd().split('\n');
  assert.equal(lines[0], 'Fetching    0 %  0/100 MB');
  assert.equal(lines[1], 'Fetching   10 %  10/100 MB  1.0 MB/s  1 min 30 s left');
  assert.equal(lines.length, 11);
  assert.match(lines[10] ?? '', /100 %/);
  assert.doesNotMatch(text(), /[\r\u001B]/);
});

test('quick work writes little', { timeout }, () => {
  const { stream, text } = recorder();
  const progress = createProgress({ title: 'Steps', unit: 'steps', total: 1000, stream, now: () => 0 });
  for (let done = 0; done <= 1000; done++) progress.update(done);
  progress.done('Steps: all done');
  progress.done('twice');
  assert.equal(text(), 'Steps    0 %  0/1000 steps\nSteps: all done\n');
});

test('on a terminal: one line, redrawn at most each 100 ms, no wider than the terminal', { timeout }, () => {
  const { stream, text } = recorder({ columns: 60, color: false });
  let ms = 0;
  const progress = createProgress({ title: 'Epoch 1', unit: 'steps', total: 50, stream, now: () => ms });
  for (let done = 0; done <= 50; done++) {
    progress.update(done, `loss ${(1 / (done + 1)).toFixed(3)}`);
    ms += 20;
  }
  progress.done();
  const frames = text().split('\r').slice(1);
  assert.equal(frames.length, 12, '51 updates in 1 s, drawn each 100 ms, and the end');
  for (const frame of frames) assert.ok(frame.replace('\u001B[K', '').trimEnd().length < 60, frame);
  assert.match(frames[5] ?? '', /^Epoch 1 {2}━+─+ {3}50 % {2}25\/50 steps {2}loss 0\.038\u001B\[K$/);
  assert.ok(text().endsWith('100 %  50/50 steps  loss 0.020\u001B[K\n'));
  assert.equal(text().split('\n').length, 2, 'one line feed, at the end');
});

test('colour only where the terminal has it', { timeout }, () => {
  for (const color of [true, false]) {
    const { stream, text } = recorder({ columns: 80, color });
    createProgress({ title: 'x', unit: 'steps', total: 2, stream }).update(1);
    assert.equal(text().includes('\u001B[36m'), color);
  }
});

test('a narrow terminal has no room for the bar', { timeout }, () => {
  const { stream, text } = recorder({ columns: 20, color: false });
  createProgress({ title: 'Fetching TensorFlow', unit: 'bytes', total: 2e6, stream }).update(1e6);
  assert.equal(text(), '\rFetching TensorFlow\u001B[K');
});

test('without a total only the amount is shown', { timeout }, () => {
  const { stream, text } = recorder();
  createProgress({ title: 'Fetching', unit: 'bytes', stream, now: () => 0 }).update(5e6);
  assert.equal(text(), 'Fetching  5 MB\n');
});

test('a resumed download counts its speed from where it went on', { timeout }, () => {
  const { stream, text } = recorder();
  let ms = 0;
  const progress = createProgress({ title: 'Fetching', unit: 'bytes', total: 100e6, stream, now: () => ms });
  progress.update(50e6);
  ms = 5000;
  progress.update(60e6);
  assert.match(text(), / {2}60 % {2}60\/100 MB {2}2\.0 MB\/s {2}20 s left\n$/);
});

test('quiet writes nothing', { timeout }, () => {
  const { stream, text } = recorder();
  const progress = createProgress({ title: 'x', unit: 'steps', total: 1, stream, quiet: true });
  progress.update(1);
  progress.done('x');
  assert.equal(text(), '');
});
