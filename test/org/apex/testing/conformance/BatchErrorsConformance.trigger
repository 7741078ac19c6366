trigger BatchErrorsConformance on BatchApexErrorEvent (after insert) {
  for (BatchApexErrorEvent event : Trigger.new)
    insert new Account(
      Name = event.Phase + ' ' + event.ExceptionType + ' ' + event.Message,
      Description = event.JobScope,
      Site = event.AsyncApexJobId
    );
}
