package dev.heimdall.cdk.config;

import dev.heimdall.model.Format;
import dev.heimdall.model.Setting;
import java.util.List;
import java.util.Optional;

/** Monitoring settings of the fleet. */
public record Observability(
    @Setting(value = "Make alarms and a dashboard.", byDefault = "true") boolean enabled,
    @Setting(
            value = "The virtual databases that send metrics to CloudWatch, for the dashboard.",
            byDefault = "[]",
            format = Format.NAME)
        List<String> vdbs,
    @Setting("The topic (ARN) that hears of alarms.") Optional<String> topic,
    @Setting(value = "Days that logs are kept.", byDefault = "30", range = "1..3653")
        int keepLogs) {
  public Observability {
    vdbs = List.copyOf(vdbs);
  }
}
