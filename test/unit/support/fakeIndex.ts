/** A package index on a free loopback port that serves one wheel, and fails in the ways that a test asks for. */

import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import type { FakeWheel } from './fakeWheel.ts';

export interface FakeIndexOptions {
  /** Default: `json`. */
  format?: 'json' | 'html';
  /** Break off after so many bytes of the answer to the n-th request (from 1) for the wheel. */
  cutAfter?: (request: number) => number | undefined;
  /** Instead of breaking off, keep the connection open and send nothing more. */
  stall?: boolean;
  /** Answer every request for the wheel from its first byte. */
  ignoreRange?: boolean;
  /** What is sent in place of the wheel's bytes. */
  corrupted?: Buffer;
  /** Answer only with this user name and password. */
  password?: string;
  /** Answer the n-th request (from 1) for the page with this status. */
  pageStatus?: (request: number) => number | undefined;
  /** Promise no digest. */
  noDigest?: boolean;
  /** Wait before each chunk of the wheel, in ms. */
  chunkDelayMs?: number;
}

export interface FakeIndex {
  /** Of the index, as pip takes it. */
  url: string;
  port: number;
  /** The `Range` of each request for the wheel; `undefined` where it had none. */
  wheelRequests: (string | undefined)[];
  pageRequests: number;
}

export async function startFakeIndex(
  t: TestContext,
  wheel: FakeWheel,
  options: FakeIndexOptions = {},
): Promise<FakeIndex> {
  const index: FakeIndex = { url: '', port: 0, wheelRequests: [], pageRequests: 0 };
  const server = http.createServer((request, response) => {
    const { authorization } = request.headers;
    if (options.password !== undefined && authorization !== `Basic ${btoa(options.password)}`) {
      response.writeHead(401).end();
    } else if (request.url === '/simple/tensorflow-cpu/') {
      index.pageRequests++;
      const status = options.pageStatus?.(index.pageRequests);
      if (status === undefined) sendPage(response, wheel, options);
      else response.writeHead(status).end();
    } else if (request.url === `/files/${wheel.fileName}`) {
      index.wheelRequests.push(request.headers.range);
      void sendWheel(response, wheel, options, request.headers.range, index.wheelRequests.length);
    } else {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  index.port = (server.address() as AddressInfo).port;
  index.url = `http://127.0.0.1:${index.port}/simple`;
  return index;
}

function sendPage(response: http.ServerResponse, wheel: FakeWheel, options: FakeIndexOptions): void {
  if (options.format === 'html') {
    const digest = options.noDigest === true ? '' : `#sha256=${wheel.sha256}`;
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
    response.end(
      `<!DOCTYPE html><html><body><a href="../../files/${wheel.fileName}${digest}" ` +
        `data-requires-python="&gt;=3.9">${wheel.fileName}</a><br/></body></html>`,
    );
    return;
  }
  const hashes = options.noDigest === true ? {} : { sha256: wheel.sha256 };
  const file = { filename: wheel.fileName, url: `/files/${wheel.fileName}`, hashes, size: wheel.bytes.length };
  response.writeHead(200, { 'content-type': 'application/vnd.pypi.simple.v1+json' });
  response.end(JSON.stringify({ meta: { 'api-version': '1.1' }, name: 'tensorflow-cpu', files: [file] }));
}

async function sendWheel(
  response: http.ServerResponse,
  wheel: FakeWheel,
  options: FakeIndexOptions,
  range: string | undefined,
  request: number,
): Promise<void> {
  const bytes = options.corrupted ?? wheel.bytes;
  const start = options.ignoreRange === true ? 0 : Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
  const headers: http.OutgoingHttpHeaders = { 'content-length': bytes.length - start };
  if (start > 0) headers['content-range'] = `bytes ${start}-${bytes.length - 1}/${bytes.length}`;
  response.writeHead(start > 0 ? 206 : 200, headers);
  const end = start + (options.cutAfter?.(request) ?? bytes.length);
  for (let position = start; position < Math.min(end, bytes.length); position += 16_384) {
    response.write(bytes.subarray(position, Math.min(position + 16_384, end)));
    await new Promise((resolve) => setTimeout(resolve, options.chunkDelayMs ?? 0));
  }
  if (end >= bytes.length) response.end();
  // What was written leaves before the connection is cut.
  else if (options.stall !== true) setTimeout(() => response.destroy(), 50);
}
