trigger ConformanceAccounts on Account (before insert, after insert, before update) {
  if (Trigger.isBefore && Trigger.isInsert && ConformanceData.accountTrigger == 'refuse bad') {
    ConformanceData.triggerRuns++;
    for (Account account : Trigger.new) if (account.Name == 'bad') account.addError('bad account');
  }
  if (Trigger.isAfter && ConformanceData.accountTrigger == 'save own rows') update Trigger.new;
  if (Trigger.isBefore && Trigger.isUpdate && ConformanceData.accountTrigger == 'update itself')
    update new Account(Id = Trigger.new[0].Id, Phone = '1');
  if (Trigger.isAfter && Trigger.isInsert && ConformanceData.accountTrigger.startsWith('insert up to ')) {
    Integer number = Integer.valueOf(Trigger.new[0].Name);
    Integer last = Integer.valueOf(ConformanceData.accountTrigger.substringAfter('insert up to '));
    if (number < last) insert new Account(Name = String.valueOf(number + 1));
  }
}
