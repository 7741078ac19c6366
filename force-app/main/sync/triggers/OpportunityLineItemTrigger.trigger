trigger OpportunityLineItemTrigger on OpportunityLineItem (after insert, after update, after delete) {
    RecordChanges.capture(Trigger.operationType, Trigger.old, Trigger.new);
}
