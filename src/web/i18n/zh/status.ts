import type { Words } from '../words.ts';

export const status: Words['status'] = {
  title: '状态',
  text: (version, since) => `Lookout ${version}，已运行 ${since}`,
  good: '一切正常', bad: (count) => `有 ${count} 件事需要注意`,
  model: '模型', modelStates: { opening: '正在打开', ready: '就绪', failed: '失败' },
  device: '运行于', context: '上下文', tokens: (count) => `${count} 词元`, windows: '已回答的窗口', visual: '视觉词元',
  broker: 'MQTT 代理', brokerStates: { connected: '已连接', disconnected: '未连接' }, address: '地址', site: '地点', shard: '摄像头分片', waiting: '等待发送的告警',
  log: '日志库', size: '大小', of: (size, most) => `${size} / ${most}`, reaches: '可追溯到', keeps: '保留', days: (count) => `${count} 天`, gaps: '当前未观察的摄像头',
  cameras: '摄像头', disk: '磁盘', free: (size) => `剩余 ${size}`,
  config: '配置', file: '文件', configGood: '已生效', restart: '等待重启',
  clock: '时钟', clockText: (by) => `此设备与 Lookout 所在机器相差 ${by}。`, clockFine: '此设备与 Lookout 所在机器相差不到一秒。', machineZone: 'Lookout 的时区', yourZone: '您的时区',
  metrics: 'Prometheus 指标', api: 'API 文档',
};
