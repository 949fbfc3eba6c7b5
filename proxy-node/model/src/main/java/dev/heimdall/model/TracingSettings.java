package dev.heimdall.model;

import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Traces of statements, for a collector that speaks OpenTelemetry's protocol. */
public record TracingSettings(
    @Setting(
            value =
                "Whether statements are traced: a span for each that is chosen, sent to `endpoint`"
                    + " by OTLP over HTTP. Spans hold statements without their values.",
            byDefault = "false",
            applies = Applies.RESTART)
        boolean enabled,
    @Setting(
            value = "The collector; spans are posted to `/v1/traces` there.",
            byDefault = "http://127.0.0.1:4318",
            format = Format.ENDPOINT,
            applies = Applies.RESTART)
        String endpoint,
    @Setting(
            value =
                "Headers that each post gets, one a line, such as `Authorization: Bearer abc`:"
                    + " what the collector knows the node by.",
            applies = Applies.RESTART)
        Optional<Secret> headers,
    @Setting(
            value =
                "Of the statements that belong to no trace, one in so many is chosen at random and"
                    + " begins one: 100 is a hundredth of them, 1 is all.",
            byDefault = "100",
            range = "1..1000000000",
            unit = "statements",
            zero = "none",
            applies = Applies.RESTART)
        int oneIn,
    @Setting(
            value =
                "Whether a statement belongs to the trace that a comment at its end names, as"
                    + " sqlcommenter writes it (`/*traceparent='00-…-01'*/`): it is traced if that"
                    + " trace is sampled, else not.",
            byDefault = "true",
            applies = Applies.RESTART)
        boolean fromComments,
    @Setting(
            value =
                "Statements a second that are traced because of their comment, at most; further"
                    + " ones are not. Whoever sends statements could have all of them traced"
                    + " otherwise.",
            byDefault = "1000",
            range = "1..100000",
            unit = "statements",
            applies = Applies.RESTART)
        int commentsPerSecond,
    @Setting(
            value = "What the node is called in traces (`service.name`).",
            byDefault = "heimdall",
            format = Format.NAME,
            applies = Applies.RESTART)
        String serviceName,
    @Setting(
            value = "Spans that wait to be sent. Further ones are dropped and counted.",
            byDefault = "4096",
            range = "1..1000000",
            unit = "spans",
            applies = Applies.RESTART)
        int queue,
    @Setting(
            value = "Spans in one post, at most.",
            byDefault = "512",
            range = "1..10000",
            unit = "spans",
            applies = Applies.RESTART)
        int batch,
    @Setting(
            value = "How long a span waits for others to be sent with it, at most.",
            byDefault = "2s",
            range = "10ms..1m",
            applies = Applies.RESTART)
        Duration delay,
    @Setting(
            value =
                "How long the collector may take for a post, with what is tried again. Its spans"
                    + " are dropped then, and counted.",
            byDefault = "10s",
            range = "100ms..1m",
            applies = Applies.RESTART)
        Duration timeout) {
  /** Every setting at its default: nothing is traced. */
  public static TracingSettings defaults() {
    return Shape.of(TracingSettings.class).defaults();
  }

  private static final Pattern HEADER = Pattern.compile("[A-Za-z0-9_-]+:[\\t\\x20-\\x7e]*");

  boolean headersAreSound() {
    return headerLines().stream().allMatch(line -> HEADER.matcher(line).matches());
  }

  private List<String> headerLines() {
    return headers.stream()
        .filter(secret -> !secret.isUnread())
        .flatMap(secret -> secret.value().lines())
        .map(String::strip)
        .filter(line -> !line.isEmpty())
        .toList();
  }

  /** Headers of each post, by name. */
  public Map<String, String> headersByName() {
    Map<String, String> byName = new LinkedHashMap<>();
    for (String line : headerLines()) {
      int colon = line.indexOf(':');
      byName.put(line.substring(0, colon), line.substring(colon + 1).strip());
    }
    return byName;
  }

  /** Address that spans are posted to. */
  public URI traces() {
    return URI.create(endpoint.replaceFirst("/$", "") + "/v1/traces");
  }
}
