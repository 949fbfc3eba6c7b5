package dev.heimdall.engine.cloudwatch;

import org.slf4j.Logger;

/** Says of each trouble once that it begins, and that it is over. For one thread. */
final class ExportTroubles {
  private final Logger log;
  private final String what;
  private CallFailure.Kind said;
  private String about = "";

  /**
   * @param what is not told to CloudWatch while there is trouble
   */
  ExportTroubles(Logger log, String what) {
    this.log = log;
    this.what = what;
  }

  void about(CallFailure trouble) {
    if (trouble.kind() == said && trouble.action().equals(about)) {
      return;
    }
    said = trouble.kind();
    about = trouble.action();
    String message = trouble.getMessage();
    switch (trouble.kind()) {
      case NO_REGION ->
          log.warn(
              "{} cannot be sent to CloudWatch, no region is known ({}): set \"cloudWatch.region\" in"
                  + " node.json",
              what,
              message);
      case NO_CREDENTIALS ->
          log.warn(
              "{} cannot be sent to CloudWatch, there are no valid AWS credentials for {} ({})",
              what,
              trouble.action(),
              message);
      case DENIED ->
          log.warn(
              "{} cannot be sent to CloudWatch, the role of this node lacks the permission {} ({})",
              what,
              trouble.action(),
              message);
      case THROTTLED ->
          log.warn(
              "{} are sent to CloudWatch late, it allows fewer calls of {} ({})",
              what,
              trouble.action(),
              message);
      case AWAY, MISSING ->
          log.warn(
              "{} cannot be sent to CloudWatch at the moment, {} fails ({})",
              what,
              trouble.action(),
              message);
      case REFUSED ->
          log.warn(
              "{}: CloudWatch rejects what {} sent, which is dropped ({})",
              what,
              trouble.action(),
              message);
    }
  }

  /** A group keeps its lines for ever, against what was wanted. */
  void retention(String group, int days, CallFailure trouble) {
    log.warn(
        "the log group {} keeps its lines for ever instead of {} days: {} has failed ({})",
        group,
        days,
        trouble.action(),
        trouble.getMessage());
  }

  /** All is well. */
  void over() {
    if (said != null) {
      log.info("{} are sent to CloudWatch again", what);
      said = null;
      about = "";
    }
  }
}
