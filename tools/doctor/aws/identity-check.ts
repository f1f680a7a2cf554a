/** Checks who the caller is and whether the Region answers. */
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { Finding, Subject } from '../finding.ts';
import { failed, ok, skipped } from '../finding.ts';
import { faultOf, isOfCredentials } from './faults.ts';
import { type AwsSite, limited, present, withClient } from './site.ts';

const CREDENTIALS: Subject = { subject: 'credentials' };
const REGION: Subject = { subject: 'Region' };

/** The caller, as STS describes it. */
interface Caller {
  readonly account: string;
  readonly arn: string;
}

/** Account and findings. */
export interface Identity {
  readonly findings: readonly Finding[];
  /** Twelve digits; absent when AWS does not know the caller. */
  readonly account?: string;
}

/** A Region of the same partition that is enabled in every account. */
function homeRegionOf(region: string): string {
  if (region.startsWith('cn-')) return 'cn-north-1';
  return region.startsWith('us-gov-') ? 'us-gov-west-1' : 'us-east-1';
}

const callerIn = (site: AwsSite, region: string): Promise<Caller> =>
  withClient(new STSClient({ ...site.client, region }), async (client) => {
    const { Account, Arn } = await client.send(new GetCallerIdentityCommand({}), limited());
    return { account: present(Account, 'an account'), arn: present(Arn, 'an ARN') };
  });

const known = ({ account, arn }: Caller): Finding => ok(CREDENTIALS, `account ${account}, as ${arn}`);

/**
 * The Region did not name the caller. If the partition's first Region names the caller, the Region is at fault; else the
 * credentials are.
 */
async function withoutRegion(site: AwsSite, thrown: unknown): Promise<Identity> {
  const { region } = site.client;
  try {
    const caller = await callerIn(site, homeRegionOf(region));
    const why = isOfCredentials(thrown) ? 'is not enabled in this account' : faultOf(thrown, site).detail;
    const fix = `aws account enable-region --region-name ${region}\naws account list-regions   # the names of all Regions`;
    return { findings: [known(caller), failed(REGION, `${region}: ${why}`, fix)], account: caller.account };
  } catch (second) {
    const { detail, fix } = faultOf(isOfCredentials(thrown) ? thrown : second, site);
    return { findings: [failed(CREDENTIALS, detail, fix), skipped(REGION, 'needs credentials')] };
  }
}

/** Reads the caller's identity from STS in the Region. */
export async function identify(site: AwsSite): Promise<Identity> {
  const { region } = site.client;
  try {
    const caller = await callerIn(site, region);
    return { findings: [known(caller), ok(REGION, `${region} answers`)], account: caller.account };
  } catch (thrown) {
    return withoutRegion(site, thrown);
  }
}
