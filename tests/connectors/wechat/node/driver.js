// Runs co-wechat-api and wechat-crypto for the tests: a command a line in, its result a line out.
'use strict';

const readline = require('readline');
const API = require('co-wechat-api');
const WXBizMsgCrypt = require('wechat-crypto');

const apis = new Map();

// One client for each account, as a program has; it keeps its token.
function client({ url, appid, secret }) {
  const name = JSON.stringify([url, appid, secret]);
  if (!apis.has(name)) {
    const api = new API(appid, secret);
    api.prefix = `${url}/cgi-bin/`;
    apis.set(name, api);
  }
  return apis.get(name);
}

const commands = {
  // Any method of co-wechat-api; {base64: …} stands for bytes.
  async api({ account, method, args }) {
    const bytes = (value) => (value && value.base64 !== undefined ? Buffer.from(value.base64, 'base64') : value);
    const result = await client(account)[method](...args.map(bytes));
    return Buffer.isBuffer(result) ? { base64: result.toString('base64') } : result;
  },
  // A call co-wechat-api has no method for, sent by its own request().
  async post({ account, path, body }) {
    const api = client(account);
    const { accessToken } = await api.ensureAccessToken();
    const headers = { 'Content-Type': 'application/json' };
    const url = `${api.prefix}${path}?access_token=${accessToken}`;
    return api.request(url, { method: 'POST', data: JSON.stringify(body), headers });
  },
  async encrypt({ token, key, id, text }) {
    return new WXBizMsgCrypt(token, key, id).encrypt(text);
  },
  async decrypt({ token, key, id, encrypted }) {
    return new WXBizMsgCrypt(token, key, id).decrypt(encrypted);
  },
  async sign({ token, key, id, timestamp, nonce, encrypted }) {
    return new WXBizMsgCrypt(token, key, id).getSignature(timestamp, nonce, encrypted);
  },
};

async function run(line) {
  const command = JSON.parse(line);
  try {
    return { result: await commands[command.command](command) };
  } catch (error) {
    return { error: error.message, code: error.code };
  }
}

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(await run(line))}\n`);
  }
  process.exit(0);
})();
