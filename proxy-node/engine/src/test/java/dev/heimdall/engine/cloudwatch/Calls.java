package dev.heimdall.engine.cloudwatch;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import software.amazon.awssdk.services.cloudwatch.model.MetricDatum;
import software.amazon.awssdk.services.cloudwatchlogs.model.InputLogEvent;

/** CloudWatch as senders see it: writes calls down, and fails them as it is told. */
final class Calls implements MetricsApi, LogsApi {
  final AtomicLong nanos = new AtomicLong();
  final List<List<MetricDatum>> metrics = new ArrayList<>();
  final List<List<InputLogEvent>> logs = new ArrayList<>();
  final List<String> others = new ArrayList<>();
  int tries;
  int rejects;
  CallFailure.Kind trouble;

  /** What fails, as IAM calls it; everything if it is empty. */
  String only = "";

  boolean streams = true;
  boolean groups = true;

  private void pass(String action) throws CallFailure {
    tries++;
    if (trouble != null && (only.isEmpty() || only.equals(action))) {
      throw new CallFailure(trouble, action, "told to");
    }
  }

  @Override
  public void put(List<MetricDatum> data) throws CallFailure {
    pass(MetricsApi.PUT);
    metrics.add(data);
  }

  @Override
  public int put(String group, String stream, List<InputLogEvent> events) throws CallFailure {
    pass(LogsApi.PUT);
    if (!streams) {
      throw new CallFailure(CallFailure.Kind.MISSING, LogsApi.PUT, "no stream");
    }
    logs.add(events);
    return rejects;
  }

  @Override
  public void createStream(String group, String stream) throws CallFailure {
    pass(CREATE_STREAM);
    if (!groups) {
      throw new CallFailure(CallFailure.Kind.MISSING, CREATE_STREAM, "no group");
    }
    streams = true;
    others.add("stream " + group + " " + stream);
  }

  @Override
  public boolean createGroup(String group) throws CallFailure {
    pass(CREATE_GROUP);
    boolean made = !groups;
    groups = true;
    others.add("group " + group);
    return made;
  }

  @Override
  public void retention(String group, int days) throws CallFailure {
    pass(RETENTION);
    others.add("retention " + group + " " + days);
  }

  @Override
  public void close() {
    // Nothing is held.
  }

  void seconds(double more) {
    nanos.addAndGet(Math.round(more * 1e9));
  }
}
