trigger EventsConformance on ProjectDone__e (after insert) {
  EventBus.TriggerContext context = EventBus.TriggerContext.currentContext();
  if (EventsConformanceTest.mode == 'retry once' && context.retries < 1)
    throw new EventBus.RetryableException('not yet');
  Integer count = 0;
  for (ProjectDone__e event : Trigger.new) {
    if (EventsConformanceTest.mode == 'two at a time' && count == 2) break;
    count++;
    insert new Account(Name = event.ProjectId__c, Phone = String.valueOf(context.retries), Site = event.EventUuid);
    context.setResumeCheckpoint(event.ReplayId);
  }
}
