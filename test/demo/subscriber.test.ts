import { connectAsync } from 'mqtt';
import { firstValueFrom } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { type Broker, startBroker } from '../../src/demo/broker.ts';
import { type Subscriber, subscribeAlerts } from '../../src/demo/subscriber.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const part of open.splice(0).reverse()) await part.close();
});

async function start(): Promise<{ broker: Broker; viewer: Subscriber; publish(topic: string, message: unknown): Promise<unknown> }> {
  const broker = await startBroker(0);
  open.push(broker);
  const viewer = await subscribeAlerts({ url: broker.url, prefix: 'lookout', now: () => 4200 });
  open.push(viewer);
  const client = await connectAsync(broker.url);
  open.push({ close: () => client.endAsync(true) });
  return { broker, viewer, publish: (topic, message) => client.publishAsync(topic, JSON.stringify(message), { qos: 1 }) };
}

const ALERT = { id: 'al1', phase: 'new', rule: 'phone', event_id: 'ev1', event: 'a person in red picks up the phone', start_ms: 1000, why: 'more keys' };

describe('the demo’s broker and subscriber', () => {
  it('hears alerts with their time of arrival, first messages only', async () => {
    const { viewer, publish } = await start();
    const heard = firstValueFrom(viewer.alerts$);
    await publish('lookout/room/alert', ALERT);
    expect(await heard).toEqual({ id: 'al1', rule: 'phone', eventId: 'ev1', at: 4200, text: ALERT.event, start: 1000 });
    const second = firstValueFrom(viewer.alerts$);
    await publish('lookout/room/alert', { ...ALERT, phase: 'end' });
    await publish('lookout/room/alert', ALERT);
    await second;
    expect(viewer.alerts.map((a) => a.id)).toEqual(['al1', 'al1']);
  });

  it('hears the camera’s state, and counts what it cannot read', async () => {
    const { viewer, publish } = await start();
    const heard = firstValueFrom(viewer.status$);
    await publish('lookout/room/alert', 'no alert');
    await publish('lookout/room/status', { state: 'online', since: 1 });
    expect(await heard).toEqual({ camera: 'room', state: 'online' });
    expect(viewer.unreadable()).toBe(1);
    expect(viewer.alerts).toEqual([]);
  });

  it('says which port is taken, and that no broker is there', async () => {
    const broker = await startBroker(0);
    await expect(startBroker(broker.port)).rejects.toMatchObject({ code: 'PORT_IN_USE' });
    await broker.close();
    await expect(subscribeAlerts({ url: broker.url, prefix: 'lookout' })).rejects.toMatchObject({ code: 'BROKER_UNREACHABLE' });
  });
});
