import { explore } from './scope/explore.ts';
import { effectWorld } from './scope/worlds/effect.ts';
for (const budget of [
 { provider: {recognisesKeys:false, canBeAsked:true}, claims: 1, passesMs: [85_000, 125_001], passes: 3, withdraws: false },
 { provider: {recognisesKeys:false, canBeAsked:true}, claims: 2, passesMs: [31_000, 125_001], passes: 2, withdraws: true },
 { provider: {recognisesKeys:true, canBeAsked:false}, claims: 2, passesMs: [125_001], passes: 2, withdraws: false },
 { provider: {recognisesKeys:false, canBeAsked:false}, claims: 2, passesMs: [125_001], passes: 3, withdraws: false },
] as const) {
  const t = performance.now();
  try { const r = explore(effectWorld(budget), 1000000); console.log(JSON.stringify(budget), r, Math.round(performance.now()-t), 'ms'); } catch (e) { console.log(String(e), Math.round(performance.now()-t)); }
}
