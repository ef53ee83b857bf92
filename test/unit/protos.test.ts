/**
 * TensorFlow's messages: our bytes are Python's bytes.
 *
 * Each golden text below was made, with TensorFlow 2.21, by
 *   python -c 'import sys; from google.protobuf.text_format import Parse; from tensorflow.core.MODULE import TYPE; \
 *     print(Parse(sys.stdin.read(), TYPE()).SerializeToString(deterministic=True).hex())' < TEXT
 * with the MODULE, TYPE and TEXT beside it. Maps hold one entry where we encode: protobuf leaves their order open.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ConfigProtoSchema,
  DataType,
  decode,
  encode,
  GraphDefSchema,
  ServerDefSchema,
} from '../../src/native/protos/index.ts';
import { encodeContextConfig } from '../../src/native/protos/contextConfig.ts';

const timeout = 10_000;
const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

test('a ConfigProto has the bytes that Python gives', { timeout }, () => {
  // protobuf.config_pb2, ConfigProto:
  //   device_count { key: "CPU" value: 2 } intra_op_parallelism_threads: 1 inter_op_parallelism_threads: 2
  //   experimental { collective_group_leader: "/job:worker/replica:0/task:0" }
  const golden = '0a070a0343505510021001280282011e0a1c2f6a6f623a776f726b65722f7265706c6963613a302f7461736b3a30';
  const bytes = encode(ConfigProtoSchema, {
    deviceCount: { CPU: 2 },
    intraOpParallelismThreads: 1,
    interOpParallelismThreads: 2,
    experimental: { collectiveGroupLeader: '/job:worker/replica:0/task:0' },
  });
  assert.equal(toHex(bytes), golden);
});

test('the configuration of a context that is encoded by hand is what the messages give', { timeout }, () => {
  for (const numThreads of [1, 2, 127, 128, 300, 100_000]) {
    for (const disableSpinning of [false, true]) {
      for (const numCpus of [undefined, 1, 127, 128]) {
        const expected = encode(ConfigProtoSchema, {
          ...(numCpus === undefined ? {} : { deviceCount: { CPU: numCpus } }),
          intraOpParallelismThreads: numThreads,
          interOpParallelismThreads: numThreads,
          allowSoftPlacement: true,
          experimental: { disableThreadSpinning: disableSpinning },
        });
        assert.equal(toHex(encodeContextConfig({ numThreads, disableSpinning, numCpus })), toHex(expected));
      }
    }
  }
});

test('a ServerDef has the bytes that Python gives', { timeout }, () => {
  // protobuf.tensorflow_server_pb2, ServerDef:
  //   cluster { job { name: "chief" tasks { key: 0 value: "a:1" } } job { name: "worker" tasks { key: 1 value: "b:2" } } }
  //   job_name: "worker" task_index: 1 default_session_config { isolate_session_state: true } protocol: "grpc"
  const golden =
    '0a250a100a056368696566120708001203613a310a110a06776f726b6572120708011203623a321206776f726b65721801220278012a0467727063';
  const bytes = encode(ServerDefSchema, {
    cluster: {
      job: [
        { name: 'chief', tasks: { 0: 'a:1' } },
        { name: 'worker', tasks: { 1: 'b:2' } },
      ],
    },
    jobName: 'worker',
    taskIndex: 1,
    defaultSessionConfig: { isolateSessionState: true },
    protocol: 'grpc',
  });
  assert.equal(toHex(bytes), golden);
});

// framework.graph_pb2, GraphDef:
//   node { name: "x" op: "Const" attr { key: "dtype" value { type: DT_INT64 } } attr { key: "value" value {
//     tensor { dtype: DT_INT64 tensor_shape { dim { size: 2 } } tensor_content: "0123456789abcdef" } } } }
//   node { name: "y" op: "Neg" input: "x" attr { key: "T" value { type: DT_INT64 } } } versions { producer: 2000 }
const graphGolden =
  '0a3e0a01781205436f6e73742a0b0a056474797065120230092a250a0576616c7565121c421a08091204120208022210' +
  '303132333435363738396162636465660a140a017912034e65671a01782a070a015412023009220308d00f';

test('a GraphDef of Python is read and written unchanged', { timeout }, () => {
  const graph = decode(GraphDefSchema, Buffer.from(graphGolden, 'hex'));

  assert.deepEqual(
    graph.node.map(({ name, op, input }) => ({ name, op, input })),
    [
      { name: 'x', op: 'Const', input: [] },
      { name: 'y', op: 'Neg', input: ['x'] },
    ],
  );
  assert.equal(graph.versions?.producer, 2000);
  const value = graph.node[0]?.attr['value']?.value;
  assert.equal(value?.case, 'tensor');
  assert.equal(value.value.dtype, DataType.DT_INT64);
  assert.deepEqual(
    value.value.tensorShape?.dim.map(({ size }) => size),
    [2n],
  );
  assert.equal(toHex(encode(GraphDefSchema, graph)), graphGolden);
});

test('bytes that are cut off raise an error with a code', { timeout }, () => {
  const bytes = Buffer.from(graphGolden, 'hex').subarray(0, -1);
  assert.throws(() => decode(GraphDefSchema, bytes), { code: 'TFD_PROTO_CORRUPT', message: /tensorflow\.GraphDef/ });
});
