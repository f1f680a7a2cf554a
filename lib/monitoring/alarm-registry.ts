/**
 * The list of all alarms. The stack and the runbook index are generated from it; documents and tests are checked against it.
 */
import type { AlarmDefinition } from './alarm-definition.ts';
import { DATA_ALARMS } from './alarms-of-data.ts';
import { KPI_ALARMS } from './alarms-of-kpis.ts';
import { PLATFORM_ALARMS } from './alarms-of-platform.ts';

/** All alarms. A slug names its page. */
export const ALARMS: readonly AlarmDefinition[] = [...KPI_ALARMS, ...DATA_ALARMS, ...PLATFORM_ALARMS];

/** Address of an alarm's page below `baseUrl`, which has no slash at its end. */
export const runbookUrl = (baseUrl: string, slug: string): string => `${baseUrl}/alarms/${slug}.md`;
