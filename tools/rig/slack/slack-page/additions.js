/**
 * Features of Slack's clients that the local Slack's page lacks: a dialog before a button with a `confirm` object is pressed, ephemeral
 * messages only for their reader, `<!date^…>` in the reader's time zone, and `&amp;` as `&`. It is loaded before the page's own script and
 * intercepts that script's socket, so that the dialog refers to the button at the time of the press.
 */
const TIME = { hour: '2-digit', minute: '2-digit' };
const DATE_PARTS = {
  time: TIME,
  time_secs: { ...TIME, second: '2-digit' },
  date_num: { year: 'numeric', month: '2-digit', day: '2-digit' },
  date: { year: 'numeric', month: 'long', day: 'numeric' },
  date_short: { year: 'numeric', month: 'short', day: 'numeric' },
  date_long: { weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' },
};
const DATE = /<!date\^(\d+)\^([^|>^]*)(?:\^[^|>]*)?\|[^>]*>/g;

/** A JSON frame with formatted dates. Text from data contains no `<`, only `&lt;`. */
const withDates = (json) =>
  json.replaceAll(DATE, (_token, epochSeconds, format) =>
    format.replaceAll(/\{(\w+)\}/g, (placeholder, name) => {
      const options = DATE_PARTS[name.replace('_pretty', '')];
      return options === undefined
        ? placeholder
        : new Intl.DateTimeFormat('en-GB', options).format(Number(epochSeconds) * 1000);
    }),
  );

const messages = new Map();
const keyOf = (channel, ts) => `${channel} ${ts}`;
const remember = (message) => messages.set(keyOf(message.channel, message.ts), message);

/** Hides ephemeral messages of all other people than the page's person. */
const hiding = document.createElement('style');
const hideForeign = () => {
  const reader = document.querySelector('.actas select')?.value;
  const foreign = [...messages.values()].filter(({ ephemeral_to: to }) => to !== undefined && to !== reader);
  hiding.textContent = foreign.map(({ ts }) => `.msg[data-ts="${ts}"] { display: none; }`).join('\n');
  document.head.append(hiding);
};
document.addEventListener('change', hideForeign);

const observe = (frame) => {
  if (frame.message !== undefined) remember(frame.message);
  if (frame.t === 'init')
    Object.values(frame.state.messages ?? {})
      .flat()
      .forEach(remember);
  hideForeign();
};

const elementsOf = (block) => [...(block.elements ?? []), ...(block.accessory ? [block.accessory] : [])];
/** The `confirm` object of the button that a frame presses; absent for other frames. */
const confirmOf = (frame) => {
  if (frame.t !== 'block_action') return undefined;
  const { blocks = [] } = messages.get(keyOf(frame.channel, frame.messageTs)) ?? {};
  return blocks.flatMap(elementsOf).find((element) => element.action_id === frame.action.action_id)?.confirm;
};

const node = (tag, className, ...children) => {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...children);
  return made;
};
const ENTITIES = { '&lt;': '<', '&gt;': '>', '&amp;': '&' };
const decoded = (text) => text.replaceAll(/&(?:lt|gt|amp);/g, (entity) => ENTITIES[entity]);
/** Decoded text of each text node. A node with a different text has a new text of the page. */
const decodedNodes = new WeakMap();
/** Decodes the rendered text, not the input, where a `<` would begin a link or a mention. */
const decodeWithin = (root) => {
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let text = texts.currentNode; text !== null; text = texts.nextNode()) {
    if (text.nodeType !== Node.TEXT_NODE || text.parentElement?.closest('.mrkdwn') == null) continue;
    if (decodedNodes.get(text) === text.data || !text.data.includes('&')) continue;
    text.data = decoded(text.data);
    decodedNodes.set(text, text.data);
  }
};
new MutationObserver((changes) => {
  for (const { type, target, addedNodes } of changes) {
    for (const changed of type === 'childList' ? addedNodes : [target]) decodeWithin(changed);
  }
}).observe(document.documentElement, { childList: true, characterData: true, subtree: true });

const MARKS = { '*': 'strong', _: 'em', '`': 'code' };
/** Formats Slack's bold, italic and code; all other text is unchanged. */
const formatted = (text) =>
  text.split(/(\*[^*\n]+\*|`[^`\n]+`|\b_[^_\n]+_\b)/).map((part) => {
    const tag = part.length > 2 ? MARKS[part[0]] : undefined;
    const plain = decoded(tag === undefined ? part : part.slice(1, -1));
    return tag === undefined ? plain : node(tag, '', plain);
  });

const STYLE = `
  dialog.quoteq-confirm { width: 440px; padding: 24px; border: 0; border-radius: 8px; font: inherit; color: #1d1c1d;
    box-shadow: 0 8px 40px rgb(0 0 0 / 35%); }
  dialog.quoteq-confirm::backdrop { background: rgb(0 0 0 / 45%); }
  dialog.quoteq-confirm h2 { margin: 0 0 12px; font-size: 20px; }
  dialog.quoteq-confirm p { margin: 0 0 24px; line-height: 1.46; white-space: pre-line; }
  dialog.quoteq-confirm footer { display: flex; gap: 8px; justify-content: flex-end; }`;

/** Shows the dialog; `true` if the person confirms, `false` on the other button and on Escape. */
const ask = (confirm) =>
  new Promise((resolve) => {
    const deny = node('button', 'bk-button', confirm.deny?.text ?? 'Cancel');
    const style = confirm.style === 'danger' ? 'bk-danger' : 'bk-primary';
    const accept = node('button', `bk-button ${style}`, confirm.confirm?.text ?? 'Yes');
    const dialog = node(
      'dialog',
      'quoteq-confirm',
      node('style', '', STYLE),
      node('h2', '', confirm.title?.text ?? 'Are you sure?'),
      node('p', '', ...formatted(confirm.text?.text ?? '')),
      node('footer', '', deny, accept),
    );
    deny.addEventListener('click', () => dialog.close('no'));
    accept.addEventListener('click', () => dialog.close('yes'));
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'yes');
    });
    document.body.append(dialog);
    dialog.showModal();
  });

const PlainSocket = window.WebSocket;
window.WebSocket = class extends PlainSocket {
  set onmessage(handler) {
    super.addEventListener('message', ({ data }) => {
      observe(JSON.parse(data));
      handler(new MessageEvent('message', { data: withDates(data) }));
    });
  }

  send(data) {
    const confirm = confirmOf(JSON.parse(data));
    if (confirm === undefined) return super.send(data);
    void ask(confirm).then((confirmed) => (confirmed ? super.send(data) : undefined));
  }
};
