export const tokens = {
  title: 'Tokens',
  text: 'Whoever has a token may use the API and this page. Lookout keeps a hash of it only, so each is shown once.',
  name: 'Name', nameHelp: 'For whom or what: 1 to 64 of a–z, 0–9, _ and -.',
  scope: 'What it may do',
  scopes: { viewer: 'look', editor: 'also change cameras, rules and feedback', admin: 'also change settings and tokens' },
  add: 'Make a token', created: 'made', remove: 'Remove', you: 'you',
  removeSure: (name: string) => `Remove the token ${name}? Who uses it is signed out.`,
  once: (name: string) => `The token of ${name}. Copy it now: it is not shown again.`,
  link: 'As a link that signs in to this page:', done: 'Done',
  list: 'Tokens there are',
};
