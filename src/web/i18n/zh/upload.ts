import type { Words } from '../words.ts';

export const upload: Words['upload'] = {
  title: '上传',
  drop: '将视频拖到这里',
  or: '或选择文件',
  choose: '选择视频',
  kinds: 'MP4、MOV、MKV、WebM、MPEG-TS、FLV 等。视频只保存在 Lookout 所在机器上，数小时后删除。',
  uploading: (name) => `正在上传 ${name}`,
  checking: '正在检查视频 …',
  ready: (name, length) => `${name}，${length}`,
  until: (time) => `保留至 ${time}`,
  remove: '删除视频',
  cancel: '取消上传',
  notVideo: '这不是视频文件。',
  player: '视频',
  cannotPlay: '此浏览器无法播放该视频，但 Lookout 可以查看它：请在下方提问。',
  chart: '视频中的时间；点击可跳转',
  part: '视频片段',
  partHint: '0:15-0:20；留空表示全部',
};
