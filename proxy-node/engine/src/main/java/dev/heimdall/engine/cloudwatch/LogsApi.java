package dev.heimdall.engine.cloudwatch;

import java.util.List;
import software.amazon.awssdk.services.cloudwatchlogs.model.InputLogEvent;

/** As much of CloudWatch Logs as log lines need. Waits for the network. */
interface LogsApi extends AutoCloseable {
  String PUT = "logs:PutLogEvents";
  String CREATE_STREAM = "logs:CreateLogStream";
  String CREATE_GROUP = "logs:CreateLogGroup";
  String RETENTION = "logs:PutRetentionPolicy";

  /**
   * Sends events, in the order of their time.
   *
   * @return how many of them it did not take, because of their age
   */
  int put(String group, String stream, List<InputLogEvent> events) throws CallFailure;

  /** Makes a stream, if it is not there. */
  void createStream(String group, String stream) throws CallFailure;

  /**
   * Makes a group.
   *
   * @return whether it was not there
   */
  boolean createGroup(String group) throws CallFailure;

  /** Says how many days a group keeps events. */
  void retention(String group, int days) throws CallFailure;

  @Override
  void close();
}
