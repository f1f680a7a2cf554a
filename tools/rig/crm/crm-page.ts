/** A page for people that lists the objects of the CRM stand-in. */
import {
  CRM_CONTENT_HASH_PROPERTY,
  CRM_EFFECT_KEY_PROPERTY,
  CRM_QUOTE_ID_PROPERTY,
  CRM_REVISION_PROPERTY,
} from '../../../lambdas/actions/crm/contracts/crm-properties.ts';
import type { CrmRecord } from './crm-store.ts';
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

/** Properties for an object's name; the first existing one is used. */
const NAMES = ['dealname', 'hs_task_subject', 'hs_note_body', 'name', 'email'];
const nameOf = ({ properties }: CrmRecord): string | undefined =>
  NAMES.map((name) => properties[name]).find((value) => value !== undefined);

const COLUMNS: readonly (readonly [heading: string, read: (record: CrmRecord) => string | undefined])[] = [
  ['Type', (record) => record.objectType],
  ['Id', (record) => record.id],
  ['Name', nameOf],
  ['Amount', (record) => record.properties['amount']],
  ['Currency', (record) => record.properties['deal_currency_code']],
  ['Stage', (record) => record.properties['dealstage']],
  ['Quote', (record) => record.properties[CRM_QUOTE_ID_PROPERTY]],
  ['Revision', (record) => record.properties[CRM_REVISION_PROPERTY]],
  ['Effect key', (record) => record.properties[CRM_EFFECT_KEY_PROPERTY]],
  ['Content hash', (record) => record.properties[CRM_CONTENT_HASH_PROPERTY]?.slice(0, 12)],
  ['Writes', (record) => String(record.writes)],
  ['Updated', (record) => record.updatedAt],
];

const STYLE =
  'body{font:15px/1.5 system-ui,sans-serif;margin:2rem;color:#1f2933}table{border-collapse:collapse}' +
  'th,td{text-align:left;padding:.35rem .8rem;border-bottom:1px solid #d9e2ec}th{background:#f0f4f8}';

const row = (record: CrmRecord): string =>
  `<tr>${COLUMNS.map(([, read]) => `<td>${escapeHtml(read(record) ?? '')}</td>`).join('')}</tr>`;

/** The page. It reloads every 5 s and runs no script. */
export const recordsPage = (records: readonly CrmRecord[]): ServerReply => {
  const headings = COLUMNS.map(([heading]) => `<th scope="col">${heading}</th>`).join('');
  const body = records.length === 0 ? '<p>Nothing yet.</p>' : '';
  return {
    status: 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
    },
    body:
      '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="5">' +
      `<title>Local CRM</title><style>${STYLE}</style></head><body><h1>Local CRM</h1>${body}` +
      `<table><thead><tr>${headings}</tr></thead><tbody>${records.map(row).join('')}</tbody></table></body></html>`,
  };
};
