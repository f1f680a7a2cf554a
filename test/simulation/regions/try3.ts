import { explore } from './scope/explore.ts';
import { checkoutWorld } from './scope/worlds/checkout.ts';
for (const w of [checkoutWorld({writers:['b']}), checkoutWorld({writers:['a','b']})] as const) {
  const t = performance.now();
  try { const r = explore(w, 300000); console.log(r, Math.round(performance.now()-t), 'ms'); } catch (e) { console.log(e, Math.round(performance.now()-t)); }
}
