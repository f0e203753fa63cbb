import { describe, expect, it } from 'vitest';
import { hostOf, resolveHost } from '../../src/network/resolve.ts';
import { addressRules } from '../../src/network/rules.ts';

const rulesOf = (allow: readonly string[] = [], purpose: 'camera' | 'media' = 'camera') => addressRules({ allow, tls: 'verify' }, purpose);

const NEVER: readonly (readonly [string, string])[] = [
  ['127.0.0.1', '127.255.255.254', '::1', '::ffff:127.0.0.1', '::ffff:7f00:1', '0:0:0:0:0:0:0:1'].map((a) => [a, 'loopback'] as const),
  ['64:ff9b::7f00:1', '64:ff9b::127.0.0.1', '2002:7f00:1::', '2002:7f00:0001:1:2:3:4:5', '::ffff:0:127.0.0.1', '2a00::5efe:127.0.0.1', '2a00:1::200:5efe:7f00:1', '::7f00:1'].map((a) => [a, 'loopback'] as const),
  ['169.254.169.254', '169.254.170.2', '100.100.100.200', '192.0.0.192', '168.63.129.16', 'fd00:ec2::254', 'fd00:ec2::23', 'fd20:ce::254', '::ffff:169.254.169.254', '64:ff9b::a9fe:a9fe', '2002:a9fe:a9fe::1', '::169.254.169.254'].map((a) => [a, 'metadata'] as const),
  ['169.254.0.1', '169.254.255.255', 'fe80::1', 'fe80::1%eth0', 'febf::1', '::ffff:169.254.1.1'].map((a) => [a, 'link-local'] as const),
  ['0.0.0.0', '0.1.2.3', '::', '::ffff:0.0.0.0', '64:ff9b::'].map((a) => [a, 'unspecified'] as const),
  ['224.0.0.1', '239.255.255.250', 'ff02::1', '::ffff:224.0.0.1'].map((a) => [a, 'multicast'] as const),
  [['255.255.255.255', 'broadcast'], ['240.0.0.1', 'reserved'], ['100::1', 'reserved'], ['2001:0:7f00:1::', 'tunnel'], ['64:ff9b:1::7f00:1', 'tunnel']] as const,
].flat();
const PRIVATE = ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.20', '100.64.0.1', 'fd12:3456::1', 'fec0::1', '::ffff:192.168.1.20', '64:ff9b::a00:1', '2002:c0a8:101::', '198.18.0.1', '203.0.113.7'];
const PUBLIC = ['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '64:ff9b::808:808', '::ffff:8.8.8.8', '169.253.1.1', '126.255.255.255'];

describe('an address', () => {
  it.each(NEVER)('%s is refused as %s', (address, kind) => {
    for (const purpose of ['camera', 'media'] as const) expect(rulesOf([], purpose).refusal(address)).toBe(kind);
  });

  it.each(PRIVATE)('%s may be a camera’s, and is none for media', (address) => {
    expect(rulesOf().refusal(address)).toBeUndefined();
    expect(rulesOf([], 'media').refusal(address)).toBe('private');
    expect(rulesOf([address], 'media').refusal(address)).toBeUndefined();
  });

  it.each(PUBLIC)('%s may be reached', (address) => {
    for (const purpose of ['camera', 'media'] as const) expect(rulesOf([], purpose).refusal(address)).toBeUndefined();
  });

  it('that is listed may be reached, and no other', () => {
    const { refusal } = rulesOf(['127.0.0.1', '169.254.10.0/24', 'fe80::/64', '[::1]', '::ffff:10.0.0.0/104', 'nonsense/99', '1.2.3.4/77']);
    for (const address of ['127.0.0.1', '::ffff:127.0.0.1', '169.254.10.9', 'fe80::7%2', '::1', '64:ff9b::7f00:1']) expect(refusal(address)).toBeUndefined();
    for (const address of ['127.0.0.2', '169.254.11.9', 'fe80:0:0:1::7', '2002:7f00:2::']) expect(refusal(address)).toBeDefined();
    expect(refusal('localhost')).toBe('no address');
  });
});

describe('a host', () => {
  it.each(['ex ample', 'a..b', '', '.', 'a\\b', 'a@b', '[::1', 'x'.repeat(64), `${'a.'.repeat(130)}b`, '::1::2', 'a%2fb', "a'b", 'a;b', 'a|b', 'a\0b', 'a\nb'])('%j is none', (host) => {
    expect(hostOf(host)).toBeUndefined();
  });

  it('is pinned to those of its addresses that may be reached, asked for once', async () => {
    let asked = 0;
    const lookup = () => Promise.resolve(asked++ === 0 ? ['fe80::1', '192.168.1.20', '127.0.0.1'] : ['127.0.0.1']);
    expect(await resolveHost('cam.local', 'x', rulesOf(), lookup)).toEqual(['192.168.1.20']);
    expect(asked).toBe(1);
    await expect(resolveHost('cam.local', 'x', rulesOf(), lookup)).rejects.toMatchObject({ code: 'ADDRESS_REFUSED', detail: 'x is at a loopback address.' });
    expect(await resolveHost('Cam.Local.', 'x', rulesOf(['cam.local']), lookup)).toEqual(['127.0.0.1']);
  });
});
