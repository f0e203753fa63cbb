import type { Words } from '../words.ts';
import { keys } from './keys.ts';

export const settings: Words['settings'] = {
  title: '设置',
  text: (file) => `这些是 ${file} 中的键。在这里保存的内容会写入该文件，其中的注释会保留。`,
  elsewhere: '摄像头在“实时画面”中，规则在“规则”中。',
  problem: '文件目前无法加载；上一份有效的仍在生效。请在所指位置修正，或在此修改。',
  restart: (sections) => `重启 Lookout 后 ${sections} 才会生效。`,
  willRestart: '需要重启',
  search: '搜索键', none: '没有匹配的键。',
  sections: {
    site: '地点', model: '模型', engine: '推理引擎', video_processor: '视频', window: '窗口', long_video: '长视频', events: '事件', mqtt: 'MQTT', store: '日志库', media: '图片和片段', recordings: '录像', ask: '提问',
    api: 'API 和页面', rtmp: 'RTMP', network: '网络', log: '运行日志', rules_dir: '规则',
  },
  help: keys,
  default: (value) => `默认：${value}`,
  noDefault: '没有默认值',
  written: '写在文件中', back: '恢复默认',
  yes: '开', no: '关', unset: '未设置',
  secretSet: '已设置，不显示。写入新的值即可替换。', secretUnset: '未设置。', secretSample: '新的值', remove: '移除',
  oneALine: '每行一个。', json: 'JSON 格式。', badNumber: '不是数字。', badJson: '不是 JSON。',
  changes: (count) => `${count} 处更改`,
  save: '写入文件', discard: '放弃',
  saved: '已保存', savedRestart: (sections) => `已保存。重启 Lookout 后 ${sections} 才会生效。`,
  conflict: '其间文件在别处被修改。请重新加载：这里的更改会保留，之后可以保存。', reload: '重新加载',
};
