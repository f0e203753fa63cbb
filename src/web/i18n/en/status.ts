export const status = {
  title: 'Status',
  text: (version: string, since: string) => `Lookout ${version}, running for ${since}`,
  good: 'Everything works', bad: (count: number) => (count === 1 ? 'One thing wants attention' : `${count} things want attention`),
  model: 'Model', modelStates: { opening: 'Being opened', ready: 'Ready', failed: 'Failed' },
  device: 'Runs on', context: 'Context', tokens: (count: string) => `${count} tokens`, windows: 'Windows answered', visual: 'Visual tokens',
  broker: 'MQTT broker', brokerStates: { connected: 'Connected', disconnected: 'Not connected' }, address: 'Address', site: 'Site', shard: 'Shard of the cameras', waiting: 'Alerts that wait for it',
  log: 'Log', size: 'Size', of: (size: string, most: string) => `${size} of ${most}`, reaches: 'Reaches back to', keeps: 'Keeps', days: (count: string) => `${count} days`, gaps: 'Cameras not watched now',
  cameras: 'Cameras', disk: 'Disk', free: (size: string) => `${size} free`,
  config: 'Configuration', file: 'File', configGood: 'in force', restart: 'Waits for a restart',
  clock: 'Clocks', clockText: (by: string) => `This device and Lookout’s machine differ by ${by}.`, clockFine: 'This device and Lookout’s machine agree to within a second.', machineZone: 'Lookout’s time zone', yourZone: 'Yours',
  metrics: 'Metrics for Prometheus', api: 'API documentation',
};
