import { explore } from './scope/explore.ts';
import { cartWorld } from './scope/worlds/cart.ts';
import { watermarkWorld } from './scope/worlds/watermarks.ts';
for (const budget of [
 { regions: 2, commands: [{kind:'add',quantity:1,to:['a','b']},{kind:'add',quantity:2,to:['b']},{kind:'remove',quantity:0,to:['a']},{kind:'checkout',quantity:0,to:['b']}], destroys: true },
 { regions: 3, commands: [{kind:'add',quantity:1,to:['a']},{kind:'set',quantity:5,to:['b']},{kind:'remove',quantity:0,to:['c']}], destroys: false },
] as const) {
  const t = performance.now();
  try { const r = explore(cartWorld(budget), 1000000); console.log(JSON.stringify(budget), r, Math.round(performance.now()-t), 'ms'); } catch (e) { console.log(String(e), Math.round(performance.now()-t)); }
}
for (const budget of [
 { events: 3, forks: true },
] as const) {
  const t = performance.now();
  try { const r = explore(watermarkWorld(budget), 1000000); console.log(JSON.stringify(budget), r, Math.round(performance.now()-t), 'ms'); } catch (e) { console.log(String(e), Math.round(performance.now()-t)); }
}
