trigger Product2Trigger on Product2 (after insert, after update, after delete, after undelete) {
    RecordChanges.capture(Trigger.operationType, Trigger.old, Trigger.new);
}
