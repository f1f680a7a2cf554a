/**
 * The compared libraries. Each keeps a cart as a map from product to quantity, the cheapest thing that it offers: of concurrent writes
 * of one product one is lost, while our folds sum concurrent adds and keep what a removal had not seen.
 */
import { Flock } from '@loro-dev/flock';
import { LoroDoc, type LoroMap } from 'loro-crdt';
import * as Y from 'yjs';
import { type Operation, REPLICAS, SYNC_EVERY } from './operations.ts';
import { binary, byCart, type System, type Update } from './system.ts';

/** One replica of one cart. */
interface Replica {
  readonly quantity: (sku: string) => number;
  readonly put: (sku: string, quantity: number) => void;
  readonly remove: (sku: string) => void;
  /** What changed since the call before. */
  readonly takeUpdate: () => Uint8Array | string;
  readonly apply: (bytes: Uint8Array | string) => void;
  /** Number of products; the replica is not used after it. */
  readonly lines: () => number;
}

function perform({ kind, sku, quantity }: Operation, replica: Replica): void {
  if (kind === 'remove') replica.remove(sku);
  else replica.put(sku, kind === 'add' ? replica.quantity(sku) + quantity : quantity);
}

/** Writes one cart at three replicas. */
function writeCart(operations: readonly Operation[], open: (peer: number) => Replica): Update[] {
  const replicas = Array.from({ length: REPLICAS }, (_, peer) => open(peer + 1));
  const updates: Update[] = [];
  let since: { readonly by: number; readonly bytes: Uint8Array | string }[] = [];
  for (const [index, operation] of operations.entries()) {
    const writer = replicas[operation.replica];
    if (writer === undefined) continue;
    perform(operation, writer);
    const bytes = writer.takeUpdate();
    updates.push({ cart: operation.cart, bytes });
    since.push({ by: operation.replica, bytes });
    if ((index + 1) % SYNC_EVERY !== 0) continue;
    for (const [at, replica] of replicas.entries())
      for (const update of since) if (update.by !== at) replica.apply(update.bytes);
    since = [];
  }
  for (const replica of replicas) replica.lines();
  return updates;
}

function applyTo(updates: readonly Update[], open: (peer: number) => Replica): number {
  const carts = new Map<number, Replica>();
  for (const { cart, bytes } of updates) {
    const replica = carts.get(cart) ?? open(9);
    carts.set(cart, replica);
    replica.apply(bytes);
  }
  return [...carts.values()].reduce((sum, replica) => sum + replica.lines(), 0);
}

const peer = (name: string, open: (peer: number) => Replica): System => ({
  name,
  write: (operations) =>
    [...Map.groupBy(operations, ({ cart }) => cart).values()].flatMap((ofCart) => writeCart(ofCart, open)),
  apply: (updates) => applyTo(updates, open),
});

function openYjs(id: number): Replica {
  const doc = new Y.Doc();
  doc.clientID = id;
  const map = doc.getMap<number>('lines');
  let update: Uint8Array = new Uint8Array();
  doc.on('update', (bytes: Uint8Array) => {
    update = bytes;
  });
  return {
    quantity: (sku) => map.get(sku) ?? 0,
    put: (sku, quantity) => void map.set(sku, quantity),
    // A removal of nothing makes no update, so a removal sets the quantity to 0.
    remove: (sku) => void map.set(sku, 0),
    takeUpdate: () => update,
    apply: (bytes) => Y.applyUpdate(doc, binary({ bytes })),
    lines: () => [...map.values()].filter((quantity) => quantity > 0).length,
  };
}

const YJS: System = {
  ...peer('yjs', openYjs),
  applyBatch: (updates) =>
    [...byCart(updates).values()].reduce((sum, ofCart) => {
      const replica = openYjs(9);
      replica.apply(Y.mergeUpdates(ofCart.map(binary)));
      return sum + replica.lines();
    }, 0),
};

function openLoro(id: number): Replica & { readonly doc: LoroDoc } {
  const doc = new LoroDoc();
  doc.setPeerId(BigInt(id));
  const map: LoroMap = doc.getMap('lines');
  let from = doc.version();
  const set = (sku: string, quantity: number): void => {
    from = doc.version();
    map.set(sku, quantity);
  };
  return {
    doc,
    quantity: (sku) => Number(map.get(sku) ?? 0),
    put: set,
    remove: (sku) => set(sku, 0),
    takeUpdate: () => {
      doc.commit();
      return doc.export({ mode: 'update', from });
    },
    apply: (bytes) => void doc.import(binary({ bytes })),
    lines: () => {
      const count = map.values().filter((quantity) => Number(quantity) > 0).length;
      // Its memory is that of WebAssembly, which the garbage collector frees late.
      doc.free();
      return count;
    },
  };
}

const LORO: System = {
  ...peer('loro-crdt', openLoro),
  applyBatch: (updates) =>
    [...byCart(updates).values()].reduce((sum, ofCart) => {
      const replica = openLoro(9);
      replica.doc.importBatch(ofCart.map(binary));
      return sum + replica.lines();
    }, 0),
};

function openFlock(id: number): Replica {
  const flock = new Flock(`peer-${id}`);
  let from = flock.version();
  return {
    quantity: (sku) => Number(flock.get([sku]) ?? 0),
    put: (sku, quantity) => {
      from = flock.version();
      flock.put([sku], quantity);
    },
    remove: (sku) => {
      from = flock.version();
      flock.delete([sku]);
    },
    takeUpdate: () => JSON.stringify(flock.exportJson(from)),
    apply: (bytes) => void flock.importJsonStr(String(bytes)),
    lines: () => flock.scan().filter(({ value }) => Number(value ?? 0) > 0).length,
  };
}

/** The libraries, by name. */
export const PEERS: readonly System[] = [YJS, LORO, peer('@loro-dev/flock', openFlock)];
