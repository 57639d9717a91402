/** @file An ONNX model as plain data, and its protobuf bytes (field numbers: onnx/onnx.proto, IR version 10). */
import { bytesField, floatField, integerField, integersField, message } from './protobuf-writer.ts';

export type OnnxDtype = 'f32' | 'f64' | 'f16' | 'bf16' | 'i32' | 'i64' | 'bool';

/** A graph input or output. A string in `shape` is a symbolic dimension: equal names are equal sizes within one run. */
export interface OnnxValue {
  readonly name: string;
  readonly dtype: OnnxDtype;
  readonly shape: readonly (number | string)[];
}

export type OnnxAttribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly ints: readonly number[] }
  | { readonly string: string };

/** One operator. `domain` is '' (ONNX itself) unless given; an empty input name means an absent optional input. */
export interface OnnxNode {
  readonly opType: string;
  readonly domain?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
}

/** Bytes in a file beside the model, used in place: `file` is a basename, `offset` and `length` are bytes. */
export interface ExternalData {
  readonly file: string;
  readonly offset: number;
  readonly length: number;
}

/** A constant tensor: little-endian, row-major bytes, in the model or in a file. */
export interface OnnxInitializer {
  readonly name: string;
  readonly dtype: OnnxDtype;
  readonly shape: readonly number[];
  readonly data: Uint8Array | ExternalData;
}

export interface OnnxModel {
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** Types of values between nodes. The runtime plans the reuse of memory by them, and cannot infer every symbolic shape. */
  readonly values?: readonly OnnxValue[];
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxInitializer[];
}

const IR_VERSION = 10;
const OPSETS = { '': 21, 'com.microsoft': 1 } as const;
const DATA_TYPE = { f32: 1, i32: 6, i64: 7, bool: 9, f16: 10, f64: 11, bf16: 16 } as const satisfies Record<
  OnnxDtype,
  number
>;
const ATTRIBUTE_TYPE = { float: 1, int: 2, string: 3, ints: 7 } as const;
const LOCATION_EXTERNAL = 1;

/** The bytes of a ModelProto at opset 21 (and version 1 of com.microsoft). Nodes must come in topological order. */
export function encodeOnnxModel(model: OnnxModel): Uint8Array {
  const graph = message(
    ...model.nodes.map((node) => bytesField(1, encodeNode(node))),
    bytesField(2, 'softpost'),
    ...model.initializers.map((initializer) => bytesField(5, encodeInitializer(initializer))),
    ...model.inputs.map((input) => bytesField(11, encodeValue(input))),
    ...model.outputs.map((output) => bytesField(12, encodeValue(output))),
    ...(model.values ?? []).map((value) => bytesField(13, encodeValue(value))),
  );
  const opsets = Object.entries(OPSETS).map(([domain, version]) =>
    bytesField(8, message(bytesField(1, domain), integerField(2, version))),
  );
  return message(integerField(1, IR_VERSION), bytesField(7, graph), ...opsets);
}

function encodeNode(node: OnnxNode): Uint8Array {
  return message(
    ...node.inputs.map((name) => bytesField(1, name)),
    ...node.outputs.map((name) => bytesField(2, name)),
    bytesField(4, node.opType),
    ...Object.entries(node.attributes ?? {}).map(([name, value]) => bytesField(5, encodeAttribute(name, value))),
    bytesField(7, node.domain ?? ''),
  );
}

function encodeAttribute(name: string, attribute: OnnxAttribute): Uint8Array {
  const typed = (type: keyof typeof ATTRIBUTE_TYPE, value: Uint8Array): Uint8Array =>
    message(bytesField(1, name), value, integerField(20, ATTRIBUTE_TYPE[type]));
  if ('float' in attribute) return typed('float', floatField(2, attribute.float));
  if ('int' in attribute) return typed('int', integerField(3, attribute.int));
  if ('string' in attribute) return typed('string', bytesField(4, attribute.string));
  return typed('ints', integersField(8, attribute.ints));
}

function encodeInitializer({ name, dtype, shape, data }: OnnxInitializer): Uint8Array {
  return message(
    integersField(1, shape),
    integerField(2, DATA_TYPE[dtype]),
    bytesField(8, name),
    ...(data instanceof Uint8Array ? [bytesField(9, data)] : encodeExternalData(data)),
  );
}

function encodeExternalData({ file, offset, length }: ExternalData): readonly Uint8Array[] {
  const entry = (key: string, value: string): Uint8Array =>
    bytesField(13, message(bytesField(1, key), bytesField(2, value)));
  return [
    entry('location', file),
    entry('offset', String(offset)),
    entry('length', String(length)),
    integerField(14, LOCATION_EXTERNAL),
  ];
}

function encodeValue({ name, dtype, shape }: OnnxValue): Uint8Array {
  const dimensions = shape.map((size) =>
    bytesField(1, typeof size === 'number' ? integerField(1, size) : bytesField(2, size)),
  );
  const tensorType = message(integerField(1, DATA_TYPE[dtype]), bytesField(2, message(...dimensions)));
  return message(bytesField(1, name), bytesField(2, bytesField(1, tensorType)));
}
