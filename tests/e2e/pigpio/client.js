// SPDX-License-Identifier: MIT
// pigpio-client of the npm registry: connect, notify, PWM, waves. GPIO 4 is wired to 5.
'use strict';
const pigpio = require('pigpio-client').pigpio({ host: '127.0.0.1' });

const connected = new Promise((resolve, reject) => {
  pigpio.once('connected', resolve);
  pigpio.once('error', reject);
});

function must(right, what) {
  if (!right) throw new Error(what);
}

async function main() {
  const info = await connected;
  must(info.pigpioVersion === 79, 'another version');
  const output = pigpio.gpio(4);
  const input = pigpio.gpio(5);
  await output.modeSet('output');
  await output.write(0);
  await input.modeSet('input');

  let levels = [];
  let changed = () => {};
  const come = async (count) => {
    while (levels.length < count) await new Promise((resolve) => { changed = resolve; });
  };
  input.notify((level) => { levels.push(level); changed(); });
  for (let i = 0; i < 10; i++) await output.write(1 - i % 2);
  await come(10);
  must(levels.join('') === '1010101010', `edges: ${levels.join('')}`);

  levels = [];
  await output.analogWrite(128);
  await come(20);
  await output.write(0);

  await output.waveClear();
  await output.waveAddPulse([[1, 0, 1000], [0, 1, 1000]]);
  const wave = await output.waveCreate();
  await output.waveNotBusy();
  levels = [];
  await output.waveSendOnce(wave);
  await come(2);
  await output.waveNotBusy();
  await input.endNotify();
  pigpio.end(() => process.exit(0));
}

main().catch((error) => { console.error(error); process.exit(1); });
