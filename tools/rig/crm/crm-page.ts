/** A page for people that lists the deals of the CRM stand-in. */
import {
  CRM_CONTENT_HASH_PROPERTY,
  CRM_EFFECT_KEY_PROPERTY,
  CRM_QUOTE_ID_PROPERTY,
  CRM_REVISION_PROPERTY,
} from '../../../lambdas/actions/crm/contracts/crm-properties.ts';
import type { CrmDeal } from './crm-store.ts';
import type { ServerReply } from '../http/http-server.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text that is safe between tags and in quoted attributes. */
const escapeHtml = (text: string): string => text.replaceAll(/[&<>"']/g, (char) => ENTITIES[char] ?? char);

const COLUMNS: readonly (readonly [heading: string, read: (deal: CrmDeal) => string | undefined])[] = [
  ['Deal', (deal) => deal.id],
  ['Name', (deal) => deal.properties['dealname']],
  ['Amount', (deal) => deal.properties['amount']],
  ['Currency', (deal) => deal.properties['deal_currency_code']],
  ['Stage', (deal) => deal.properties['dealstage']],
  ['Quote', (deal) => deal.properties[CRM_QUOTE_ID_PROPERTY]],
  ['Revision', (deal) => deal.properties[CRM_REVISION_PROPERTY]],
  ['Effect key', (deal) => deal.properties[CRM_EFFECT_KEY_PROPERTY]],
  ['Content hash', (deal) => deal.properties[CRM_CONTENT_HASH_PROPERTY]?.slice(0, 12)],
  ['Writes', (deal) => String(deal.writes)],
  ['Updated', (deal) => deal.updatedAt],
];

const STYLE =
  'body{font:15px/1.5 system-ui,sans-serif;margin:2rem;color:#1f2933}table{border-collapse:collapse}' +
  'th,td{text-align:left;padding:.35rem .8rem;border-bottom:1px solid #d9e2ec}th{background:#f0f4f8}';

const row = (deal: CrmDeal): string =>
  `<tr>${COLUMNS.map(([, read]) => `<td>${escapeHtml(read(deal) ?? '')}</td>`).join('')}</tr>`;

/** The page. It reloads every 5 s and runs no script. */
export const dealsPage = (deals: readonly CrmDeal[]): ServerReply => {
  const headings = COLUMNS.map(([heading]) => `<th scope="col">${heading}</th>`).join('');
  const body = deals.length === 0 ? '<p>No deals yet.</p>' : '';
  return {
    status: 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
    },
    body:
      '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="5">' +
      `<title>Deals: local CRM</title><style>${STYLE}</style></head><body><h1>Deals</h1>${body}` +
      `<table><thead><tr>${headings}</tr></thead><tbody>${deals.map(row).join('')}</tbody></table></body></html>`,
  };
};
