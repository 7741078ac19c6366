trigger SyncWantedTrigger on SyncWanted__e (after insert) {
    SyncWantedSubscriber.wake(Trigger.new);
}
