/** HTTP as the user's pip would do it: proxies, own certificates, credentials in the address, time-outs. */

import { readFileSync } from 'node:fs';
import tls from 'node:tls';
import { Agent, ProxyAgent, fetch } from 'undici';
import type { Dispatcher, Response } from 'undici';
import { EnvironmentError, UserError } from '../../base/errors.ts';
import type { Host } from './host.ts';
import type { PipConfig } from './pipConfig.ts';

export interface HttpClient {
  /** Answers with any status; throws where no answer comes. */
  get(url: string, headers: Record<string, string>, signal?: AbortSignal): Promise<Response>;
  close(): Promise<void>;
}

export interface HttpTimeouts {
  /** Longest wait for a connection, in ms. */
  connectMs: number;
  /** Longest wait for the first or the next byte, in ms. */
  stallMs: number;
}

export function createHttpClient(host: Host, pip: PipConfig, timeouts: HttpTimeouts): HttpClient {
  const dispatchers = new Map<string, Dispatcher>();
  const credentials = new Map<string, string>();

  function dispatcherFor(url: URL): Dispatcher {
    const proxy = proxyFor(url, host.env, pip.proxy);
    const checked = !pip.trustedHosts.includes(url.hostname) && !pip.trustedHosts.includes(url.host);
    const key = `${url.protocol} ${proxy ?? 'direct'} ${checked}`;
    const known = dispatchers.get(key);
    if (known !== undefined) return known;
    const secure = { ...tlsOptions(pip), rejectUnauthorized: checked, timeout: timeouts.connectMs };
    const limits = { headersTimeout: timeouts.stallMs, bodyTimeout: timeouts.stallMs };
    const made =
      proxy === undefined
        ? new Agent({ ...limits, connect: secure })
        : new ProxyAgent({
            ...limits,
            uri: proxy,
            ...proxyToken(proxy),
            // Most proxies refuse a tunnel to a plain http address.
            proxyTunnel: url.protocol === 'https:',
            requestTls: secure,
            proxyTls: secure,
          });
    dispatchers.set(key, made);
    return made;
  }

  return {
    async get(address, headers, signal) {
      const url = new URL(address);
      // An index with a password usually serves its files from the same place without repeating it in the links.
      const authorization = takeCredentials(url) ?? credentials.get(url.host);
      if (authorization !== undefined) credentials.set(url.host, authorization);
      return fetch(url, {
        dispatcher: dispatcherFor(url),
        headers: { ...headers, ...(authorization === undefined ? {} : { authorization }) },
        ...(signal === undefined ? {} : { signal }),
      });
    },
    async close() {
      await Promise.all([...dispatchers.values()].map((dispatcher) => dispatcher.destroy()));
    },
  };
}

/** The proxy for `url`, with a scheme; `undefined` for a direct connection. */
export function proxyFor(url: URL, env: Host['env'], pipProxy: string | undefined): string | undefined {
  if (pipProxy !== undefined) return withScheme(pipProxy);
  const variable = (name: string): string | undefined =>
    env[name.toLowerCase()] || env[name.toUpperCase()] || undefined;
  const proxy = variable(url.protocol === 'https:' ? 'https_proxy' : 'http_proxy') ?? variable('all_proxy');
  if (proxy === undefined || bypassed(url, variable('no_proxy') ?? '')) return undefined;
  return withScheme(proxy);
}

function bypassed(url: URL, noProxy: string): boolean {
  return noProxy
    .split(/[\s,]+/)
    .filter(Boolean)
    .some((entry) => {
      const name = entry.replace(/^\*?\./, '').toLowerCase();
      return entry === '*' || [url.hostname, url.host].some((own) => own === name || own.endsWith(`.${name}`));
    });
}

function withScheme(proxy: string): string {
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(proxy) ? proxy : `http://${proxy}`;
  if (URL.canParse(full) && /^https?:$/.test(new URL(full).protocol)) return full;
  throw new UserError({
    code: 'TFD_PIP_CONFIG',
    rule: 'A proxy must be an http or https address.',
    received: withoutPassword(proxy),
    remedy: 'Correct HTTPS_PROXY, PIP_PROXY or "proxy" in pip.conf.',
  });
}

function proxyToken(proxy: string): { token?: string } {
  const token = basic(new URL(proxy));
  return token === undefined ? {} : { token };
}

function takeCredentials(url: URL): string | undefined {
  const authorization = basic(url);
  url.username = '';
  url.password = '';
  return authorization;
}

function basic({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  const plain = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(plain).toString('base64')}`;
}

function tlsOptions(pip: PipConfig): tls.SecureContextOptions {
  const client = pip.clientCertificate === undefined ? undefined : readCertificates(pip.clientCertificate);
  const trusted = pip.certificates === undefined ? systemCertificates() : readCertificates(pip.certificates);
  return { ...(trusted && { ca: trusted }), ...(client && { cert: client, key: client }) };
}

/** What the operating system trusts, as with pip, where this Node can tell; else Node's own list and NODE_EXTRA_CA_CERTS. */
function systemCertificates(): string[] | undefined {
  const { getCACertificates } = tls as { getCACertificates?: (kind: 'default' | 'system') => string[] };
  return getCACertificates && [...getCACertificates('default'), ...getCACertificates('system')];
}

function readCertificates(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new EnvironmentError({
      code: 'TFD_PIP_CONFIG',
      rule: 'The certificate file of the pip configuration must be readable.',
      received: file,
      remedy: 'Correct PIP_CERT, REQUESTS_CA_BUNDLE or "cert" and "client-cert" in pip.conf.',
      cause,
    });
  }
}

/** An address for messages: without the password that it may hold. */
export function withoutPassword(address: string): string {
  return address.replace(/\/\/[^/@\s]*@/, '//***@');
}
