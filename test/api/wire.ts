import { connect } from 'node:net';

/** Sends bytes as they are, in pieces where several are given, and resolves to all that comes back until the server hangs up. */
export function wire(port: number, ...pieces: readonly (string | Buffer)[]): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1');
    socket.setEncoding('latin1');
    socket.on('data', (piece) => (answer += String(piece)));
    // what was sent after an answer may be reset: the answer counts
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answer));
    for (const piece of pieces) socket.write(piece);
  });
}
