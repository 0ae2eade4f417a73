// Our DDSketch message read by the library for JavaScript. By hand: npm install @datadog/sketches-js@2.1.1 protobufjs
//
//     node by_javascript.js < ddsketch_ours.hex
const { readFileSync } = require("fs");
const { DDSketch } = require("@datadog/sketches-js");

const sketch = DDSketch.fromProto(Buffer.from(readFileSync(0, "utf8").trim(), "hex"));
const values = [];
for (let i = 0; i < 500; i++) values.push(600 + 37 * i * i);
for (let k = 10; k < 25; k++) values.push(2 ** k);
values.sort((a, b) => a - b);
if (sketch.count !== values.length) throw Error(`${sketch.count} samples`);
let worst = 0;
for (let q = 0.01; q < 0.99; q += 0.01) {
  const exact = values[Math.floor(q * (values.length - 1))];
  worst = Math.max(worst, Math.abs(sketch.getValueAtQuantile(q) / exact - 1));
}
if (worst > 0.021658) throw Error(`off by ${worst}`);
console.log(`read, and off by ${worst} at most`);
