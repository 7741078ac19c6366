import { type Environment, type TableRules } from './environment.ts';
import { nextNumber, settleNumber } from './number-sequences.ts';
import { infolog } from './refusals.ts';
import { type Values } from './state.ts';

function fullName(values: Readonly<Values>): string {
  return [values['FirstName'], values['MiddleName'], values['LastName']].filter(Boolean).join(' ');
}

function stamp(environment: Environment): string {
  return environment.clock().toISOString().slice(0, 19) + 'Z';
}

/** Contact persons: numbered, named, tied to a party of the address book, stamped at every write. */
export const contactRules: TableRules = {
  complete(draft) {
    const { environment, set, values } = draft;
    values['ContactPersonId'] = settleNumber(draft, 'ContactPersonId', 'ContactPerson');
    values['ContactPersonName'] ??= fullName(values);
    if (values['ContactPersonName'].trim() === '') throw infolog(set.aot, ["Warning: Field 'Name' must be filled in."]);
    values['ContactPersonPartyNumber'] = nextNumber(environment, '*', 'Party');
    values['ContactPersonPartyType'] = 'Person';
    values['LastEditDateTime'] = stamp(environment);
    environment.state.insert('CDSParties', {
      PartyNumber: values['ContactPersonPartyNumber'],
      PartyType: 'Person',
      PersonFirstName: values['FirstName'] ?? '',
      PersonLastName: values['LastName'] ?? '',
    });
  },
  change({ environment, row, given, changes }) {
    if ('FirstName' in given || 'MiddleName' in given || 'LastName' in given) {
      changes['ContactPersonName'] ??= fullName({ ...row.values, ...changes });
    }
    changes['LastEditDateTime'] = stamp(environment);
  },
};
