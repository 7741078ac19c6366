import { ApexList } from '../../runtime/values/apex-list.ts';
import { ApexMap } from '../../runtime/values/apex-map.ts';
import { PlatformObject } from '../../runtime/values/apex-object.ts';
import { classOf, types } from '../../types.ts';
import { platformClass, type PlatformDeclaration } from '../declare.ts';

class OrgLimit extends PlatformObject {
  static override readonly apexName = 'System.OrgLimit';
  readonly name: string;
  readonly limit: number;

  constructor(name: string, limit: number) {
    super();
    this.name = name;
    this.limit = limit;
  }
}

/** What an Enterprise org allows a day; the local org uses none of it up. */
const LIMITS = {
  DailyApiRequests: 100_000,
  DailyAsyncApexExecutions: 250_000,
  DailyBulkV2QueryJobs: 10_000,
  DailyWorkflowEmails: 1000,
  DataStorageMB: 1024,
  FileStorageMB: 1024,
  HourlyPublishedPlatformEvents: 50_000,
  HourlyTimeBasedWorkflow: 1000,
  SingleEmail: 5000,
} as const;

const all = (): OrgLimit[] => Object.entries(LIMITS).map(([name, limit]) => new OrgLimit(name, limit));
const TYPE = classOf('System.OrgLimit');

/** `OrgLimits.*`. */
export const orgLimitClasses: readonly PlatformDeclaration[] = [
  platformClass('OrgLimit', {
    methods: {
      'String getName()': ({ name }: OrgLimit) => name,
      'Integer getLimit()': ({ limit }: OrgLimit) => limit,
      'Integer getValue()': () => 0,
      'String toString()': ({ name }: OrgLimit) => name,
    },
  }),
  platformClass('OrgLimits', {
    statics: {
      'List<OrgLimit> getAll()': () => new ApexList(TYPE, all()),
      'Map<String, OrgLimit> getMap()': () =>
        new ApexMap(
          types.String,
          TYPE,
          all().map((limit) => [limit.name, limit] as const),
        ),
    },
  }),
];
