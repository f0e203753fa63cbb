/** The server-sent events of a response, as they come. */
export async function* toldBy(response: Response): AsyncGenerator<{ event: string; data: unknown }> {
  if (!response.body) return;
  let text = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const block = text.slice(0, end);
      text = text.slice(end + 2);
      const event = /^event: (.*)$/m.exec(block)?.[1];
      if (event !== undefined) yield { event, data: JSON.parse([...block.matchAll(/^data: (.*)$/gm)].map(([, line]) => line).join('\n')) };
    }
  }
}
