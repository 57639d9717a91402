/** @file The student at birth: some of the teacher's layers, and its embeddings, norms and head (POST, appendix B.1). */

import { SoftpostError } from '@softpost/shared/errors';
import type { Architecture } from '@softpost/shared/model/architecture';
import { architectureOf, storedName, type LanguageModel } from '@softpost/shared/model/language-model';
import type { Freezing } from './distill-options.ts';

/** A student of which no weight has been read yet. */
export interface StudentPlan {
  /** Teacher layers that become the student's, in order. */
  readonly layers: readonly number[];
  /** The student's config.json. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly architecture: Architecture;
  /** Shapes of the tensors that are trained. */
  readonly trained: ReadonlyMap<string, readonly number[]>;
  /** Name of the teacher's tensor that a student tensor starts as. */
  teacherName(name: string): string;
}

/** From this many teacher layers on, two from either end are kept instead of one. */
const DEEP = 24;

export function defaultLayers(count: number): readonly number[] {
  return count >= DEEP ? [0, 1, count - 2, count - 1] : [...new Set([0, count - 1])];
}

/** @throws BAD_OPTION when the layers are not ascending layers of the teacher. */
export function planStudent(
  { folder, architecture: teacher }: LanguageModel,
  freeze: Freezing,
  layers: readonly number[] = defaultLayers(teacher.layers),
): StudentPlan {
  checkLayers(layers, teacher.layers);
  // A matrix that is half frozen cannot be shared, so freezing one side of a tied model unties it.
  const tied = teacher.tiedHead && (freeze === 'none' || freeze === 'both');
  const config = studentConfig(folder.config, layers, tied);
  const architecture = architectureOf(config);
  const frozen = frozenNames(architecture, freeze);
  return {
    layers,
    config,
    architecture,
    trained: new Map([...architecture.tensorShapes()].filter(([name]) => !frozen.includes(name))),
    teacherName: (name) => {
      if (name === architecture.headName) return teacher.headName;
      const index = layers.findIndex((_, layer) => name.startsWith(architecture.layerPrefix(layer)));
      if (index < 0) return name;
      return teacher.layerPrefix(layers[index]!) + name.slice(architecture.layerPrefix(index).length);
    },
  };
}

/** The values a student tensor starts with, row-major. */
export function initialValues({ folder }: LanguageModel, plan: StudentPlan, name: string): Promise<Float32Array> {
  return folder.read(storedName(folder, plan.teacherName(name)));
}

function frozenNames({ embeddingName, headName }: Architecture, freeze: Freezing): readonly string[] {
  if (freeze === 'none') return [];
  if (freeze === 'both') return [embeddingName, headName];
  return [freeze === 'head' ? headName : embeddingName];
}

function checkLayers(layers: readonly number[], count: number): void {
  const isAscending = layers.every((layer, index) => index === 0 || layer > layers[index - 1]!);
  if (layers.length > 0 && isAscending && layers[0]! >= 0 && layers.at(-1)! < count) return;
  throw new SoftpostError(
    'BAD_OPTION',
    `layers ${layers.join(',')} are not ascending layers of the teacher, which has layers 0 to ${count - 1}`,
  );
}

/** The teacher's config.json with fewer layers; what it says per layer is thinned in the same way. */
function studentConfig(
  { torch_dtype: _, ...teacher }: Readonly<Record<string, unknown>>,
  layers: readonly number[],
  tied: boolean,
): Readonly<Record<string, unknown>> {
  const perLayer = teacher['layer_types'];
  return {
    ...teacher,
    [teacher['model_type'] === 'gpt2' ? 'n_layer' : 'num_hidden_layers']: layers.length,
    ...(Array.isArray(perLayer) ? { layer_types: layers.map((layer): unknown => perLayer[layer]) } : {}),
    tie_word_embeddings: tied,
    dtype: 'float32',
  };
}
