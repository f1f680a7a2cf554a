/** One parser for each form of setting; its error names the setting and what was expected. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import {
  isOperatorEntry,
  NO_OPERATORS,
  operatorEntries,
} from '../../lambdas/slack/contracts/operator-list.ts';
import { ConfigError } from './config-error.ts';

const ENGINE = /^[a-z0-9][a-z0-9-]*@\d+\.\d+\.\d+$/;
const REGION = /^[a-z]{2}(?:-[a-z]+)+-\d$/;
const CHANNEL = /^[CG][A-Z0-9]{2,20}$/;
const ROLE_NAME = /^[\w+=,.@-]{1,64}$/;
const REDEPLOY = /^[A-Za-z0-9][\w.-]{0,31}$/;
const ACCOUNT = /^\d{12}$/;
const EMAIL = /^[^\s@,]+@[^\s@,]+\.[^\s@,]+$/;
const TOPIC_ARN = /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}$/;

type Check = (text: string) => boolean;

const parse = (setting: string, expected: string, given: unknown, check: Check): string => {
  if (typeof given !== 'string' || !check(given)) throw new ConfigError(setting, expected, given);
  return given;
};

const areDistinct = (items: readonly string[]): boolean => new Set(items).size === items.length;

const parseList = (setting: string, expected: string, given: unknown, pattern: RegExp): readonly string[] => {
  const items = typeof given === 'string' ? given.split(',').map((item) => item.trim()) : [];
  const valid = items.length > 0 && items.every((item) => pattern.test(item));
  if (!valid || !areDistinct(items)) throw new ConfigError(setting, expected, given);
  return items;
};

/**
 * One of a closed set.
 * @throws {ConfigError} when the value is not one of them
 */
export const parseOneOf = <T extends string>(setting: string, given: unknown, allowed: readonly T[]): T => {
  const found = allowed.find((value) => value === given);
  if (found === undefined) throw new ConfigError(setting, `one of ${allowed.join(', ')}`, given);
  return found;
};

/**
 * Comma-separated AWS Regions, no duplicates.
 * @throws {ConfigError}
 */
export const parseRegions = (setting: string, given: unknown): readonly string[] =>
  parseList(setting, 'distinct AWS Regions separated by commas, like eu-central-1,eu-west-1', given, REGION);

/**
 * Comma-separated `name@version`, no duplicates.
 * @throws {ConfigError}
 */
export const parseEngines = (setting: string, given: unknown): readonly string[] =>
  parseList(setting, 'distinct name@major.minor.patch separated by commas', given, ENGINE);

const OPERATORS = `distinct <team id>:<user id> separated by commas, like T0123456789:U0123456789, or ${NO_OPERATORS} alone for nobody`;

const areOperators: Check = (text) => {
  const entries = operatorEntries(text);
  return entries.every(isOperatorEntry) && areDistinct(entries);
};

/**
 * Comma-separated `<team id>:<user id>` of Slack, no duplicates; an empty list for `none`.
 * @throws {ConfigError}
 */
export const parseOperators = (setting: string, given: unknown): readonly string[] =>
  operatorEntries(parse(setting, OPERATORS, given, areOperators));

/**
 * Twelve digits, or absent.
 * @throws {ConfigError}
 */
export const parseAccount = (setting: string, given: unknown): string | undefined =>
  given === undefined ? undefined : parse(setting, 'twelve digits', given, (text) => ACCOUNT.test(text));

/**
 * A Slack channel's id (not its name).
 * @throws {ConfigError}
 */
export const parseChannelId = (setting: string, given: unknown): string =>
  parse(setting, 'the id of a Slack channel, like C0123456789', given, (text) => CHANNEL.test(text));

/**
 * An IAM role's name without path.
 * @throws {ConfigError}
 */
export const parseRoleName = (setting: string, given: unknown): string =>
  parse(setting, 'an IAM role name', given, (text) => ROLE_NAME.test(text));

/**
 * A mark that makes a deployment of the same code a new one, or absent.
 * @throws {ConfigError}
 */
export const parseRedeploy = (setting: string, given: unknown): string | undefined =>
  given === undefined
    ? undefined
    : parse(setting, 'up to 32 letters, digits, dots, dashes or underscores', given, (text) =>
        REDEPLOY.test(text),
      );

/** Requirements on an address. */
export interface UrlRule {
  /** Whether `http:` is accepted too, for an emulator on this machine. */
  readonly allowHttp: boolean;
  /** Whether the returned address ends in a slash, because names are appended to it. */
  readonly endsInSlash: boolean;
}

/**
 * An absolute address without user name, password, query or fragment. It may have a path. Slashes at its end are optional.
 * @throws {ConfigError}
 */
export const parseUrl = (setting: string, given: unknown, rule: UrlRule): string => {
  const protocols = rule.allowHttp ? ['http:', 'https:'] : ['https:'];
  const check: Check = (text) => {
    const url = URL.parse(text);
    if (url === null || !protocols.includes(url.protocol)) return false;
    return `${url.username}${url.password}${url.search}${url.hash}` === '' && !/[?#\s]/.test(text);
  };
  const expected = `a plain ${protocols.join(' or ')} address without user, query or fragment`;
  return `${parse(setting, expected, given, check).replace(/\/+$/, '')}${rule.endsInSlash ? '/' : ''}`;
};

/**
 * One e-mail address, or absent.
 * @throws {ConfigError}
 */
export const parseEmail = (setting: string, given: unknown): string | undefined =>
  given === undefined ? undefined : parse(setting, 'one e-mail address', given, (text) => EMAIL.test(text));

/**
 * The ARN of an SNS topic, or absent.
 * @throws {ConfigError}
 */
export const parseTopicArn = (setting: string, given: unknown): string | undefined =>
  given === undefined
    ? undefined
    : parse(setting, 'the ARN of an SNS topic', given, (text) => TOPIC_ARN.test(text));

/** The runbooks' folder in the repository, used if no address is given. */
export const RUNBOOK_FOLDER = 'runbooks';

/**
 * The https: address of the runbooks; their folder in the repository if absent.
 * @throws {ConfigError}
 */
export const parseRunbookBase = (setting: string, given: unknown): string =>
  given === undefined ? RUNBOOK_FOLDER : parseUrl(setting, given, { allowHttp: false, endsInSlash: false });

/**
 * The absolute path of a Typst file, or absent.
 * @throws {ConfigError}
 */
export const parseTemplate = (setting: string, given: unknown): string | undefined =>
  given === undefined
    ? undefined
    : path.resolve(
        parse(setting, 'the path of a .typ file', given, (text) => text.endsWith('.typ') && existsSync(text)),
      );
