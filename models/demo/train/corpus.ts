/** Text for the tokenizer: prompts, answers and rules in both languages, one a line, on standard output. Usage: tsx corpus.ts */
import { allEvents, rulesFor } from '../../../src/demo/phrases.ts';
import { askPrompt, eventsPrompt, matchPrompt } from '../../../src/infer/prompts.ts';

const lines: string[] = [];
for (const event of allEvents()) {
  lines.push(`[{"event": "${event.text}", "start": 1.2, "end": 2.4}, {"event": "${event.text}", "start": 3.5, "end": 4.6}]`);
  lines.push(`Yes, ${event.text} at 1.2 seconds.`, `${event.text.charAt(0).toUpperCase()}${event.text.slice(1)} at 3.4 seconds, then ${event.text} at 5.6 seconds.`);
  for (const language of ['en', 'zh'] as const) {
    for (const rule of rulesFor(event.kind, event.wear, 'train', language).concat(event.wear === 'red' ? rulesFor(event.kind, null, 'train', language) : [])) {
      lines.push(rule.text, matchPrompt(event.text, rule.text));
      if (lines.length % 7 === 0) lines.push(eventsPrompt([rule.text, rule.text]), eventsPrompt([]), askPrompt('What happens?', 1.2, 3.4));
    }
  }
}
lines.push('<0.4 seconds>', 'Nothing happens.', 'Nobody.', 'No.', 'yes', 'no', '[]', '[{', '"}]', askPrompt('Who is in the room at the end?', 5.6, 7.8), askPrompt('Did it happen that someone falls?', 9.0, 9.9));
for (let i = 0; i < 40; i++) lines.push('Nothing happens.', 'Nobody.', 'No.', '[]', 'yes', 'no', 'user', 'assistant', 'user\n', 'assistant\n');
process.stdout.write(lines.join('\n'));
