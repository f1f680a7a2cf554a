/** The generated parts of `docs/crm-setup.md`: scopes, commands and properties, from the rows of the CRM's objects. */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { CRM_OBJECT_ROWS, CRM_OWN_PROPERTIES } from '../../lambdas/actions/crm/contracts/crm-properties.ts';
import { creationOf, PORTAL_PROPERTIES } from '../rig/crm/crm-setup.ts';
import { formatMarkdown, markdownTable } from './markdown.ts';

/** Path of the page. */
export const CRM_SETUP_PAGE = new URL('../../docs/crm-setup.md', import.meta.url);

const scopes = (): readonly string[] => [
  ...new Set(CRM_OBJECT_ROWS.flatMap(([, row]) => row.scopes.map((scope) => `- \`${scope}\``))),
];

const commands = (): readonly string[] => [
  '```sh',
  'create() {',
  '  curl -fsS "https://api.hubapi.com/crm/v3/properties/$1" -H "Authorization: Bearer $TOKEN" \\',
  `    -H 'Content-Type: application/json' -d "$2"`,
  '}',
  ...PORTAL_PROPERTIES.map(
    (property) => `create ${property.objectType} '${JSON.stringify(creationOf(property))}'`,
  ),
  '```',
];

const properties = (): readonly string[] =>
  markdownTable(
    ['property', 'holds'],
    CRM_OWN_PROPERTIES.map(({ name, holds }) => [`\`${name}\``, holds]),
  );

const PARTS = { scopes, commands, properties };

/** The page with up-to-date generated parts. @throws {Error} if a part has no marks */
export function renderCrmSetupPage(page = readFileSync(CRM_SETUP_PAGE, 'utf8')): Promise<string> {
  let text = page;
  for (const [name, linesOf] of Object.entries(PARTS)) {
    const marks = new RegExp(`(<!-- generated ${name}: npm run generate -->\\n)[^]*?(<!-- end -->)`);
    if (!marks.test(text)) throw new Error(`docs/crm-setup.md: expected marks of the part "${name}"`);
    text = text.replace(
      marks,
      (_all, begin: string, end: string) => `${begin}\n${linesOf().join('\n')}\n\n${end}`,
    );
  }
  return formatMarkdown(text);
}

/** Writes the page. */
export const writeCrmSetupPage = async (): Promise<void> =>
  writeFile(CRM_SETUP_PAGE, await renderCrmSetupPage());
