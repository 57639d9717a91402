/** @file The result as one HTML file that needs nothing else: no network, no server. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { html, scriptJson, type Html } from './html.ts';
import {
  METHODS,
  percent,
  samplingError,
  summarise,
  type AccuracyRow,
  type DemoResult,
  epsilonText,
} from './result.ts';

/** The whole page. Everything in the result is shown as text, whatever it holds. */
export async function renderReport(result: DemoResult): Promise<string> {
  const plotStyleFile = createRequire(import.meta.url).resolve('uplot/dist/uPlot.min.css');
  const [page, plotStyle, plotScript] = await Promise.all([
    readFile(new URL('report.html', import.meta.url), 'utf8'),
    readFile(plotStyleFile, 'utf8'),
    readFile(join(dirname(plotStyleFile), 'uPlot.iife.min.js'), 'utf8'),
  ]);
  const main = html`${header(result)} ${accuracySection(result)} ${privacySection(result)} ${crossingSection(result)}
  ${lossSection(result)} ${factsSections(result)}`;
  const parts: Readonly<Record<string, string>> = {
    plotStyle,
    plotScript,
    main: main.source,
    lossPlots: scriptJson(result.lossPlots),
  };
  return page.replaceAll(PLACEHOLDER, (_, name: string) => parts[name]!);
}

/** `{{name}}` in report.html, in a comment where it stands for style or script. */
const PLACEHOLDER = /(?:\/\*)?\{\{(\w+)\}\}(?:\*\/)?/g;

function header({ accuracy, privacy, task, teacher, student }: DemoResult): Html {
  const shown = (['zeroShot', 'student', 'direct', 'post'] as const).flatMap((method) =>
    accuracy.filter((row) => row.method === method),
  );
  return html`<h1>A prompt tuned on private mail, moved to a larger model</h1>
    <p class="lead">
      The owner tuned a soft prompt on ${task.privateTrain} private mails with a ${student.layers}-layer student; the
      provider moved it to its ${teacher.layers}-layer teacher with public text only. No mail left the owner. Accuracy
      on ${task.privateTest} held-out mails, with ε = ${epsilonText(privacy.epsilon)}:
    </p>
    <div class="tiles">
      ${shown.map(
        ({ method, withDp }) =>
          html`<div class="tile ${method === 'post' ? 'main' : ''}">
            <b>${percent(withDp)}<small> %</small></b
            >${METHODS[method].name}
          </div>`,
      )}
    </div>`;
}

function accuracySection({ accuracy, privacy, task, seeds }: DemoResult): Html {
  const majority = summarise(accuracy.find((row) => row.method === 'majority')?.withoutDp ?? [])?.mean;
  const sampling = (100 * samplingError(0.8, task.privateTest)).toFixed(1);
  return html`<section>
    <h2>Accuracy on held-out mail</h2>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th>Method</th>
            <th class="number">no DP</th>
            <th class="number">ε = ${epsilonText(privacy.epsilon)}</th>
            <th class="bars">
              <span class="key no-dp"></span>no DP <span class="key dp"></span>ε = ${epsilonText(privacy.epsilon)}
              <span class="key mark"></span>majority
            </th>
          </tr>
        </thead>
        <tbody>
          ${accuracy.map((row) => accuracyRow(row, majority))}
        </tbody>
      </table>
    </div>
    <p class="soft">
      Per cent${seeds.length > 1 ? `, mean ± standard error over ${seeds.length} seeds` : ', one seed'}. Bars run from 0
      to 100 %. The size of the test set alone gives an accuracy near 80 % a standard error of ${sampling} points.
    </p>
  </section>`;
}

function accuracyRow(row: AccuracyRow, majority: number | undefined): Html {
  const { name, explanation } = METHODS[row.method];
  return html`<tr class="${row.method === 'post' ? 'main' : ''}">
    <th>${name}<br /><span class="soft">${explanation}</span></th>
    <td class="number">${percent(row.withoutDp)}</td>
    <td class="number">${percent(row.withDp)}</td>
    <td class="bars">${bar(row.withoutDp, 'no-dp', majority)}${bar(row.withDp, 'dp', majority)}</td>
  </tr>`;
}

function bar(values: readonly number[], kind: 'no-dp' | 'dp', majority: number | undefined): Html {
  const summary = summarise(values);
  if (!summary) return html``;
  const { mean, standardError = 0 } = summary;
  const at = (share: number): string => `${(100 * share).toFixed(2)}%`;
  const error = html`<span
    class="error"
    style="left:${at(mean - standardError)};width:${at(2 * standardError)}"
  ></span>`;
  const mark = html`<span class="majority" style="left:${at(majority ?? 0)}"></span>`;
  return html`<div class="track">
    <span class="bar ${kind}" style="width:${at(mean)}"></span
    >${standardError > 0 ? error : html``}${majority === undefined ? html`` : mark}
  </div>`;
}

function privacySection({ privacy }: DemoResult): Html {
  return html`<section>
    <h2>What the released prompt tells about a mail</h2>
    <p>
      The prompt is (ε, δ)-differentially private: take two sets of mail that differ by ${privacy.unit}
      (${privacy.adjacency}). Whatever anybody computes from the released prompt, each outcome is at most e<sup>ε</sup>
      times as likely with the one set as with the other, apart from a probability of δ. Everything done later with the
      prompt (the transfer, the use) keeps this. The figures of the “no DP” column carry no such promise; that prompt is
      for comparison only. The privacy of questions put to the served model is out of scope.
    </p>
    ${facts([
      ['ε', epsilonText(privacy.epsilon)],
      ['δ', String(privacy.delta)],
      ['noise multiplier σ', privacy.noiseMultiplier.toPrecision(4)],
      ['sampling rate q (Poisson)', privacy.samplingRate.toPrecision(4)],
      ['steps T', String(privacy.steps)],
      ['clipping norm C', String(privacy.clipNorm)],
      ['adjacency', privacy.adjacency],
      ['unit', privacy.unit],
      ['accountant', privacy.accountant],
    ])}
  </section>`;
}

function crossingSection({ crossing: { head, messages } }: DemoResult): Html {
  const total = messages.reduce((sum, { bytes }) => sum + bytes, 0);
  return html`<section>
    <h2>What crossed the line</h2>
    <p>
      Provider and owner were two programs with a folder and keys each; they spoke over TLS with certificates on both
      sides. The owner’s program recorded each message before it left (<code>softpost-owner egress</code>): ${total}
      bytes in all. Only <i>prompt</i> comes from private mail, and ε covers it. The rest is constants, names that the
      provider gave, random numbers, and the signed statements of receipt and envelope.
    </p>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th>Message to the provider</th>
            <th class="number">sent</th>
            <th class="number">bytes</th>
          </tr>
        </thead>
        <tbody>
          ${messages.map(
            ({ name, count, bytes, fields }) =>
              html`<tr>
                <th>${name}<br /><span class="soft">${fields.join(', ')}</span></th>
                <td class="number">${count}</td>
                <td class="number">${bytes}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    <p class="soft">Head of the record: ${head}</p>
  </section>`;
}

function lossSection({ lossPlots }: DemoResult): Html {
  return html`<section>
    <h2>Loss curves</h2>
    <div class="plots">
      ${lossPlots.map(
        (plot, i) =>
          html`<figure>
            <h3>${plot.title}</h3>
            <figcaption>${plot.explanation}</figcaption>
            <div id="plot-${i}"></div>
          </figure>`,
      )}
    </div>
    <noscript><p class="soft">The curves are drawn by a script of this page.</p></noscript>
  </section>`;
}

function factsSections({
  task,
  teacher,
  student,
  virtualTokens,
  seeds,
  timings,
  versions,
  commands,
}: DemoResult): Html {
  const labels = task.labels.map(({ name, words }) => `${name}: ${words.join(', ')}`).join('; ');
  const model = ({ name, layers, parameters }: DemoResult['teacher']): string =>
    `${name}, ${layers} layers, ${(parameters / 1e6).toFixed(1)} M parameters`;
  const total = timings.reduce((sum, { seconds }) => sum + seconds, 0);
  return html`<div class="two">
    <section>
      <h2>Task and models</h2>
      ${facts([
        ['mail', task.source],
        ['private', `${task.privateTrain} to tune, ${task.privateTest} held out`],
        ['public', `${task.publicTexts} texts`],
        ['template', task.template],
        ['label words', labels],
        ['teacher', model(teacher)],
        ['student', model(student)],
        ['virtual tokens', String(virtualTokens)],
        ['seeds', seeds.join(', ')],
      ])}
    </section>
    <section>
      <h2>Time</h2>
      ${facts([...timings, { step: 'together', seconds: total }].map(({ step, seconds }) => [step, duration(seconds)]))}
    </section>
    <section>
      <h2>Versions</h2>
      ${facts(Object.entries(versions))}
    </section>
    <section>
      <h2>Run it again</h2>
      <pre><code>${commands.join('\n')}</code></pre>
    </section>
  </div>`;
}

function facts(entries: readonly (readonly [string, string])[]): Html {
  return html`<dl>
    ${entries.map(
      ([name, value]) =>
        html`<dt>${name}</dt>
          <dd>${value}</dd>`,
    )}
  </dl>`;
}

function duration(seconds: number): string {
  const whole = Math.round(seconds);
  return seconds < 90 ? `${seconds.toFixed(1)} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
