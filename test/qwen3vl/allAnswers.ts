/** `npm run test:grammar`: a thousand answers of a model with random weights; the default suite asks for the first of them. */
import { checkAnswers } from './modelAnswers.ts';
import { withModel } from './fixtures.ts';

const COUNT = 1000;
const { valid, different, tokens } = await withModel('tied-odd', (model) => checkAnswers(model, COUNT), { threads: 1 });
process.stdout.write(`${valid} valid of ${COUNT} answers of a random-weight model (${different} different, ${tokens} tokens)\n`);
