/** Makes a small wheel with the layout of TensorFlow's, so that fetching can be tested without 270 MB. */

import { createHash } from 'node:crypto';
import zlib from 'node:zlib';

export interface FakeWheel {
  fileName: string;
  bytes: Buffer;
  sha256: string;
  /** Content of `libtensorflow_cc`. */
  library: Buffer;
}

export interface FakeWheelOptions {
  distribution?: string;
  version?: string;
  /** Default: fits {@link fakeHost}. */
  tag?: string;
  libraries?: { cc: string; framework: string };
  /** Of `libtensorflow_cc`, which does not compress. Default: 300,000. */
  sizeBytes?: number;
  /** The digest of `libtensorflow_cc` in the wheel's own list is wrong. */
  wrongRecord?: boolean;
}

export function fakeWheel(options: FakeWheelOptions = {}): FakeWheel {
  const { distribution = 'tensorflow_cpu', version = '2.21.0', tag = 'cp312-cp312-manylinux_2_27_x86_64' } = options;
  const { cc, framework } = options.libraries ?? {
    cc: 'libtensorflow_cc.so.2',
    framework: 'libtensorflow_framework.so.2',
  };
  const library = noise(options.sizeBytes ?? 300_000);
  const info = `${distribution}-${version}.dist-info`;
  const members: [string, Buffer][] = [
    ['tensorflow/__init__.py', Buffer.from('raise ImportError\n')],
    [`tensorflow/${framework}`, Buffer.from('framework')],
    [`tensorflow/${cc}`, library],
    ['tensorflow/include/tensorflow/c/c_api.h', Buffer.from('/* the C API */\n')],
    ['tensorflow/include/Eigen/Core', Buffer.from('/* large and not needed */\n')],
    [`${info}/METADATA`, Buffer.from(`Name: tensorflow-cpu\nVersion: ${version}\n`)],
  ];
  const record = members.map(([name, content]) => {
    const wrong = options.wrongRecord === true && name.endsWith(cc);
    const digest = createHash('sha256')
      .update(wrong ? 'something else' : content)
      .digest('base64url');
    return `${name},sha256=${digest},${content.length}\n`;
  });
  const bytes = zip([...members, [`${info}/RECORD`, Buffer.from(`${record.join('')}${info}/RECORD,,\n`)]]);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { fileName: `${distribution}-${version}-${tag}.whl`, bytes, sha256, library };
}

/** The same bytes each time, which no compression makes smaller. */
function noise(sizeBytes: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(sizeBytes / 32) }, (_, index) =>
    createHash('sha256').update(String(index)).digest(),
  );
  return Buffer.concat(blocks).subarray(0, sizeBytes);
}

function zip(members: readonly [string, Buffer][]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let position = 0;
  for (const [name, content] of members) {
    const data = zlib.deflateRawSync(content);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0); // version needed
    common.writeUInt16LE(8, 4); // deflated
    common.writeUInt32LE(zlib.crc32(content), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from('PK\u0003\u0004'), common, Buffer.from(name), data]);
    const central = Buffer.alloc(14);
    central.writeUInt32LE(position, 10);
    directory.push(Buffer.from('PK\u0001\u0002\u0014\u0000'), common, central, Buffer.from(name));
    parts.push(local);
    position += local.length;
  }
  const listing = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006', 0);
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(listing.length, 12);
  end.writeUInt32LE(position, 16);
  return Buffer.concat([...parts, listing, end]);
}
