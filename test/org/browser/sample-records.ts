import { type RecordInput } from '../records/read-input.ts';
import { type LocalOrg } from '../start-org.ts';

export type SampleRecords = {
  readonly account: string;
  readonly opportunity: string;
  readonly order: string;
  readonly invoice: string;
};

/** A customer with a deal, an order and a part-paid invoice, as the screens show them when nothing else runs. */
export function insertSampleRecords(org: LocalOrg): SampleRecords {
  const account = org.insert('Account', {
    Name: 'Fourth Coffee Roasters',
    Type: 'Customer - Direct',
    Phone: '+1 619 555 0100',
    Website: 'https://fourthcoffee.example',
    BillingStreet: '1 Harbor Drive',
    BillingCity: 'San Diego',
    BillingState: 'CA',
    BillingPostalCode: '92101',
    BillingCountry: 'United States',
    CustomerNumber__c: 'C-000123',
    DynamicsCompany__c: 'usmf',
    OpenBalance__c: '3815.50',
    CurrencyIsoCode: 'USD',
  });
  const opportunity = org.insert('Opportunity', {
    Name: 'Lounge sound system',
    AccountId: account,
    StageName: 'Negotiation/Review',
    CloseDate: '2026-11-30',
    Amount: '8815.50',
    CurrencyIsoCode: 'USD',
  });
  const order = org.insert('Order', {
    AccountId: account,
    OpportunityId: opportunity,
    Status: 'Draft',
    EffectiveDate: '2026-12-01',
    CurrencyIsoCode: 'USD',
  });
  const invoice = org.insert('Invoice__c', {
    Name: 'CIV-000042',
    ExternalKey__c: 'contoso|usmf|CIV-000042',
    Account__c: account,
    Opportunity__c: opportunity,
    Order__c: order,
    Company__c: 'usmf',
    CurrencyCode__c: 'USD',
    InvoiceDate__c: '2026-11-20',
    DueDate__c: '2026-12-20',
    TotalAmount__c: '8815.50',
    PaidAmount__c: '5000',
    BalanceAmount__c: '3815.50',
    PaymentStatus__c: 'PartiallyPaid',
  });
  const records = { account, opportunity, order, invoice };
  insertPayments(org, records);
  insertStatuses(org, records);
  org.insert('CausewaySettings__c', { SetupOwnerId: org.organizationId, IsEnabled__c: true });
  return records;
}

function insertPayments(org: LocalOrg, { account, invoice }: SampleRecords): void {
  const payment = org.insert('Payment__c', {
    Name: 'ARP-000017',
    ExternalKey__c: 'contoso|usmf|ARP-000017',
    Account__c: account,
    Company__c: 'usmf',
    CurrencyCode__c: 'USD',
    Amount__c: '5000',
    PaidOn__c: '2026-11-23',
    State__c: 'Posted',
  });
  org.insert('PaymentAllocation__c', {
    ExternalKey__c: 'contoso|usmf|ARP-000017|CIV-000042',
    Payment__c: payment,
    Invoice__c: invoice,
    Amount__c: '5000',
    SettledOn__c: '2026-11-23',
  });
}

/** One unit that agrees and one that Dynamics refused: what a rep sees of each. */
function insertStatuses(org: LocalOrg, { account, opportunity }: SampleRecords): void {
  const unit = (recordId: string, mapping: string, company: string): RecordInput => ({
    UnitKey__c: `contoso|${company}|${mapping}|${recordId}`,
    RecordId__c: recordId,
    Mapping__c: mapping,
    Connection__c: 'contoso',
    Company__c: company,
    LastDirection__c: 'ToDynamics',
    LastSyncedAt__c: '2026-11-23T09:30:00Z',
  });
  org.insert('SyncStatus__c', {
    ...unit(account, 'Account_Customer', 'usmf'),
    IsPrimary__c: true,
    State__c: 'InSync',
    LastOutcome__c: 'updated',
    DynamicsNumber__c: 'C-000123',
    DynamicsUrl__c: 'https://contoso.operations.dynamics.com/?cmp=usmf&mi=CustTableDetails',
  });
  org.insert('SyncStatus__c', {
    ...unit(account, 'Account_Customer', 'gbsi'),
    State__c: 'Rejected',
    LastOutcome__c: 'rejected',
    Detail__c: JSON.stringify([
      {
        code: 'DYNAMICS_REJECTED',
        field: 'CustomerGroupId',
        message: 'Dynamics 365 does not know the customer group 80 in company gbsi.',
        fix: 'Choose a customer group that exists in gbsi, then save the account.',
        owner: 'user',
      },
    ]),
  });
  org.insert('SyncStatus__c', {
    ...unit(opportunity, 'Opportunity_SalesOrder', 'usmf'),
    IsPrimary__c: true,
    State__c: 'Waiting',
  });
}
