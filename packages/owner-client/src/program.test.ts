import { expect, test } from 'vitest';
import { EXAMPLES } from './commands/examples.ts';
import { commandsIn, nameOf, ownerProgram } from './program.ts';

const commands = commandsIn(ownerProgram());

test('there is an example for each command, and for nothing else', () => {
  expect(Object.keys(EXAMPLES).toSorted()).toEqual(commands.map(nameOf).toSorted());
});

// Kills: an example with a flag that was renamed, or without one that must be there.
test.each(commands.map((command) => [nameOf(command), command] as const))(
  'the example of %s can be typed',
  (name, command) => {
    const words = EXAMPLES[name]!.match(/'[^']*'|\S+/g)!;
    const { operands, unknown } = command.parseOptions(words);
    expect(unknown).toEqual([]);
    const missing = command.options.filter(
      (option) => option.mandatory && command.getOptionValue(option.attributeName()) === undefined,
    );
    expect(missing).toEqual([]);
    expect(operands.length).toBeGreaterThanOrEqual(
      command.registeredArguments.filter(({ required }) => required).length,
    );
  },
);
