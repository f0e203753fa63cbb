import type { Words } from '../words.ts';

export const tokens: Words['tokens'] = {
  title: '令牌',
  text: '持有令牌者可以使用 API 和此页面。Lookout 只保存其散列，因此每个令牌只显示一次。',
  name: '名称', nameHelp: '给谁或给什么用：1 到 64 个字符，a–z、0–9、_ 和 -。',
  scope: '可以做什么',
  scopes: { viewer: '查看', editor: '还可更改摄像头、规则和反馈', admin: '还可更改设置和令牌' },
  add: '创建令牌', created: '创建于', remove: '删除', you: '您',
  removeSure: (name) => `删除令牌 ${name}？使用它的人会被登出。`,
  once: (name) => `${name} 的令牌。请现在复制：不会再次显示。`,
  link: '登录此页面的链接：', done: '完成',
  list: '现有令牌',
};
