// Answers requests by @cloud-copilot/iam-simulate, a line of JSON each way. It runs as a process of its own,
// on the copy that the bench has installed beside it.
//
// First line in: the policies. Every other line in: a list of requests; out: the answers, and the seconds that
// the simulator took for them.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const { runSimulation } = createRequire(`${process.argv[2]}/`)("@cloud-copilot/iam-simulate");

let policies;
for await (const line of createInterface({ input: process.stdin })) {
  const given = JSON.parse(line);
  if (policies === undefined) {
    policies = given;
    continue;
  }
  const simulations = given.map((request) => ({ ...policies, request }));
  const answers = new Array(simulations.length);
  const began = process.hrtime.bigint();
  for (let index = 0; index < simulations.length; index += 1) {
    answers[index] = (await runSimulation(simulations[index], {})).overallResult;
  }
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  console.log(JSON.stringify({ answers, seconds }));
}
