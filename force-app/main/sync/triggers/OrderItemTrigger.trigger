trigger OrderItemTrigger on OrderItem (after insert, after update, after delete) {
    RecordChanges.capture(Trigger.operationType, Trigger.old, Trigger.new);
}
