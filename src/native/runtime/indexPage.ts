/** Reads the links to wheels in an index page, JSON (PEP 691) or HTML (PEP 503), or in a folder. */

import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { z } from 'zod';
import { fileSize, isDirectory, isFile, listNames, readText } from './files.ts';
import type { WheelLink } from './wheel.ts';

const jsonType = 'application/vnd.pypi.simple.v1+json';

/** What to ask an index for: JSON first, because only it tells sizes. */
export const acceptHeader = `${jsonType}, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01`;

const jsonPage = z.object({
  files: z.array(
    z.object({
      filename: z.string(),
      url: z.string(),
      hashes: z.record(z.string(), z.string()).default({}),
      size: z.number().optional(),
      yanked: z.union([z.boolean(), z.string()]).default(false),
    }),
  ),
});

/** @param pageUrl where the page came from after redirects; relative links start from there */
export function linksInPage(body: string, contentType: string, pageUrl: string): WheelLink[] {
  return contentType.includes('json') ? linksInJson(body, pageUrl) : linksInHtml(body, pageUrl);
}

function linksInJson(body: string, pageUrl: string): WheelLink[] {
  return jsonPage.parse(JSON.parse(body)).files.map((file) => ({
    fileName: file.filename,
    url: new URL(file.url, pageUrl).href,
    sha256: file.hashes['sha256']?.toLowerCase(),
    sizeBytes: file.size,
    yanked: file.yanked !== false,
  }));
}

function linksInHtml(body: string, pageUrl: string): WheelLink[] {
  const base = attribute(/<base\b((?:[^>"']|"[^"]*"|'[^']*')*)>/i.exec(body)?.[1] ?? '', 'href');
  const start = base === undefined ? pageUrl : new URL(base, pageUrl).href;
  const anchors = body.matchAll(/<a\b((?:[^>"']|"[^"]*"|'[^']*')*)>/gi);
  return [...anchors].flatMap(([, attributes = '']) => {
    const href = attribute(attributes, 'href');
    if (href === undefined || !URL.canParse(href, start)) return [];
    const url = new URL(href, start);
    const sha256 = /(?:^#|&)sha256=([0-9a-f]{64})/i.exec(url.hash)?.[1]?.toLowerCase();
    url.hash = '';
    const fileName = decodeURIComponent(path.posix.basename(url.pathname));
    const yanked = attribute(attributes, 'data-yanked') !== undefined;
    return fileName.endsWith('.whl') ? [{ fileName, url: url.href, sha256, sizeBytes: undefined, yanked }] : [];
  });
}

function attribute(attributes: string, name: string): string | undefined {
  const match = new RegExp(`(?:^|\\s)${name}(?:\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s>]+))|(?=\\s|$))`, 'i').exec(
    attributes,
  );
  if (match === null) return undefined;
  return unescapeHtml(match[1] ?? match[2] ?? match[3] ?? '');
}

function unescapeHtml(text: string): string {
  return text
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replace(/&#x([0-9a-f]+);/gi, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)))
    .replace(/&(lt|gt|quot);/g, (_, name: 'lt' | 'gt' | 'quot') => ({ lt: '<', gt: '>', quot: '"' })[name])
    .replaceAll('&amp;', '&');
}

/**
 * The wheels at a place on this machine: a folder of wheels, a folder with an `index.html`, such a page itself, or one
 * wheel. `undefined` where the place is a URL to ask over the network.
 */
export function linksOnDisk(location: string, workingDirectory: string): WheelLink[] | undefined {
  if (/^https?:/i.test(location)) return undefined;
  const place = location.startsWith('file:') ? fileURLToPath(location) : path.resolve(workingDirectory, location);
  if (isFile(place) && /\.html?$/i.test(place)) return linksInHtml(readText(place) ?? '', pathToFileURL(place).href);
  if (isFile(place)) return [wheelOnDisk(place)];
  if (!isDirectory(place)) return [];
  const wheels = listNames(place).filter((name) => name.endsWith('.whl'));
  const page = readText(path.join(place, 'index.html'));
  return [
    ...wheels.map((name) => wheelOnDisk(path.join(place, name))),
    ...(page === undefined ? [] : linksInHtml(page, pathToFileURL(path.join(place, 'index.html')).href)),
  ];
}

function wheelOnDisk(file: string): WheelLink {
  return {
    fileName: path.basename(file),
    url: pathToFileURL(file).href,
    sha256: undefined,
    sizeBytes: fileSize(file),
    yanked: false,
  };
}
