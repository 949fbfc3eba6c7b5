package dev.heimdall.engine.cloudwatch;

import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.cloudwatchlogs.CloudWatchLogsClient;
import software.amazon.awssdk.services.cloudwatchlogs.model.InputLogEvent;
import software.amazon.awssdk.services.cloudwatchlogs.model.PutLogEventsResponse;
import software.amazon.awssdk.services.cloudwatchlogs.model.RejectedLogEventsInfo;
import software.amazon.awssdk.services.cloudwatchlogs.model.ResourceAlreadyExistsException;

/** CloudWatch Logs itself. For one thread. */
final class AwsLogs implements LogsApi {
  private final AwsPlace place;
  private final Optional<URI> endpoint;
  private CloudWatchLogsClient client;

  AwsLogs(AwsPlace place, Optional<URI> endpoint) {
    this.place = place;
    this.endpoint = endpoint;
  }

  @Override
  public int put(String group, String stream, List<InputLogEvent> events) throws CallFailure {
    PutLogEventsResponse answer =
        call(
            PUT,
            logs ->
                logs.putLogEvents(
                    request ->
                        request.logGroupName(group).logStreamName(stream).logEvents(events)));
    RejectedLogEventsInfo rejected = answer.rejectedLogEventsInfo();
    return rejected == null ? 0 : rejected(rejected, events.size());
  }

  /** Those before one place are too old, those after another are of the future. */
  static int rejected(RejectedLogEventsInfo info, int sent) {
    int from = 0;
    if (info.tooOldLogEventEndIndex() != null) {
      from = Math.max(from, info.tooOldLogEventEndIndex());
    }
    if (info.expiredLogEventEndIndex() != null) {
      from = Math.max(from, info.expiredLogEventEndIndex());
    }
    int to = info.tooNewLogEventStartIndex() == null ? sent : info.tooNewLogEventStartIndex();
    return Math.min(sent, sent - Math.max(0, to - from));
  }

  @Override
  public void createStream(String group, String stream) throws CallFailure {
    call(
        CREATE_STREAM,
        logs -> {
          try {
            return logs.createLogStream(
                request -> request.logGroupName(group).logStreamName(stream));
          } catch (ResourceAlreadyExistsException e) {
            return null; // it was this node's before a restart
          }
        });
  }

  @Override
  public boolean createGroup(String group) throws CallFailure {
    return call(
        CREATE_GROUP,
        logs -> {
          try {
            logs.createLogGroup(request -> request.logGroupName(group));
            return true;
          } catch (ResourceAlreadyExistsException e) {
            return false; // another node was faster
          }
        });
  }

  @Override
  public void retention(String group, int days) throws CallFailure {
    call(
        RETENTION,
        logs ->
            logs.putRetentionPolicy(request -> request.logGroupName(group).retentionInDays(days)));
  }

  private <T> T call(String action, Function<CloudWatchLogsClient, T> what) throws CallFailure {
    place.checkCredentials(action);
    if (client == null) {
      client = place.client(CloudWatchLogsClient.builder(), endpoint, action);
    }
    try {
      return what.apply(client);
    } catch (SdkException e) {
      throw CallFailure.of(action, e);
    }
  }

  @Override
  public void close() {
    if (client != null) {
      client.close();
    }
  }
}
