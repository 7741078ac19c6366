trigger AccountTrigger on Account (after insert, after update, after delete, after undelete) {
    RecordChanges.capture(Trigger.operationType, Trigger.old, Trigger.new);
}
