package dev.heimdall.model;

import java.util.List;
import java.util.Optional;

/** Data that CloudWatch receives about a virtual database. */
public record CloudWatchExport(
    @Setting(
            value = "Whether its figures are sent as metrics of the namespace `Heimdall`.",
            byDefault = "false")
        boolean metrics,
    @Setting(
            value =
                "Whether log lines about it are sent, too: those that the node writes, and none that"
                    + " hold data.",
            byDefault = "false")
        boolean logs,
    @Setting(
            value = "The log group, which the node makes where it is missing.",
            otherwise = "`/heimdall/` and the virtual database's name",
            format = Format.LOG_GROUP)
        Optional<String> logGroup,
    @Setting(
            value =
                "How long a log group that the node makes keeps its lines; of one that is there"
                    + " already nothing is changed. Only what CloudWatch Logs has: 1, 3, 5, 7, 14, 30,"
                    + " 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288"
                    + " or 3653.",
            byDefault = "30",
            range = "1..3653",
            unit = "days",
            zero = "for ever")
        int retentionDays) {
  /** The numbers of days that CloudWatch Logs takes ({@code PutRetentionPolicy}), in order. */
  public static final List<Integer> RETENTIONS =
      List.of(
          1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557,
          2922, 3288, 3653);

  /** Every setting at its default: nothing. */
  public static CloudWatchExport defaults() {
    return Shape.of(CloudWatchExport.class).defaults();
  }

  /** The log group of the virtual database with this name. */
  public String groupOf(String vdb) {
    return logGroup.orElse("/heimdall/" + vdb);
  }
}
