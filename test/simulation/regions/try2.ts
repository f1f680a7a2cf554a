import { effectWorld } from './scope/worlds/effect.ts';
const w = effectWorld({ provider: {recognisesKeys:false, canBeAsked:false}, claims: 2, passesMs: [125_001], passes: 3, withdraws: false });
let s = w.start;
for (const says of ['b reads','b claims','125001 ms pass','it is quiet from here on']) s = [...w.steps(s)].find((x) => x.says === says)!.to;
for (let i=0;i<14;i++){ const [x] = [...w.steps(s)]; if(!x) break; console.log(x.says, x.to.nowMs, x.to.b, x.to.item?.state); s = x.to; }
