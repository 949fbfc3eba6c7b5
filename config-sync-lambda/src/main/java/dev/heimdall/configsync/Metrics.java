package dev.heimdall.configsync;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;

/**
 * Results of a run as a log line from which CloudWatch makes metrics (embedded metric format), in
 * one dimension only: each further one would cost money.
 */
final class Metrics {
  private static final String NAMESPACE = "Heimdall";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final String region;

  Metrics(String region) {
    this.region = region;
  }

  String line(Report report, long lagMillis, boolean failed, Instant now) {
    ObjectNode root = JSON.createObjectNode();
    ObjectNode aws = root.putObject("_aws");
    aws.put("Timestamp", now.toEpochMilli());
    ObjectNode directive = aws.putArray("CloudWatchMetrics").addObject();
    directive.put("Namespace", NAMESPACE);
    directive.putArray("Dimensions").addArray().add("Region");
    ArrayNode metrics = directive.putArray("Metrics");
    root.put("Region", region);
    metric(root, metrics, "ConfigSyncRuns", "Count", 1);
    metric(root, metrics, "ConfigSyncFailures", "Count", failed ? 1 : 0);
    metric(root, metrics, "ConfigSyncChanges", "Count", report.changes().size());
    metric(root, metrics, "ConfigSyncProblems", "Count", report.problems().size());
    metric(root, metrics, "ConfigSyncNodes", "Count", report.nodes());
    metric(root, metrics, "ConfigSyncNodesNotTold", "Count", report.nodes() - report.taken());
    if (lagMillis > 0 && !report.changes().isEmpty()) {
      metric(root, metrics, "ConfigSyncLag", "Milliseconds", lagMillis);
    }
    root.put("cause", report.cause());
    root.put("version", report.version());
    report.changes().forEach(root.putArray("changes")::add);
    report.problems().forEach(root.putArray("problems")::add);
    try {
      return JSON.writeValueAsString(root);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree is always JSON", e);
    }
  }

  private static void metric(
      ObjectNode root, ArrayNode metrics, String name, String unit, long value) {
    metrics.addObject().put("Name", name).put("Unit", unit);
    root.put(name, value);
  }
}
