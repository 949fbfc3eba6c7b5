package dev.heimdall.manager.alerts;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Sighting of an event by one node, or by one manager.
 *
 * @param source who has seen it, in which run
 * @param number of the source's events; with it no other sighting is this one
 * @param kind such as {@code failover-begun}; another release may have others
 * @param about the virtual database, data source, node or document; may be empty
 * @param server which server it is about; may be empty
 * @param count how often it happened
 * @param by the node's id, or {@link #MANAGER}
 */
record Sighting(
    String source,
    long number,
    Instant at,
    String kind,
    Severity severity,
    String about,
    String server,
    String words,
    long count,
    String by) {
  static final String MANAGER = "manager";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern KIND = Pattern.compile("[a-z][a-z-]{0,59}");
  private static final int LONGEST = 400;

  Sighting {
    about = cut(about);
    server = cut(server);
    words = cut(words);
    count = Math.max(1, count);
  }

  private static String cut(String text) {
    return text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
  }

  /** Beginning of a line that is unique to this sighting. */
  String key() {
    return "{\"source\":\"%s\",\"number\":%d,".formatted(source, number);
  }

  /** As a line; it begins with the key. */
  String line() {
    String rest =
        JSON.createObjectNode()
            .put("at", at.toString())
            .put("kind", kind)
            .put("severity", severity.spelling())
            .put("about", about)
            .put("server", server)
            .put("words", words)
            .put("count", count)
            .put("by", by)
            .toString();
    return key() + rest.substring(1);
  }

  /** The line's key. */
  static String key(String line) {
    int end = line.indexOf(",\"at\":");
    return end < 0 ? line : line.substring(0, end + 1);
  }

  static Optional<Sighting> read(String line) {
    try {
      JsonNode json = JSON.readTree(line);
      return of(json, json.path("source").asText(), json.path("by").asText());
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }

  /**
   * As a report has it.
   *
   * @return empty if it is none
   */
  static Optional<Sighting> of(JsonNode json, String source, String by) {
    String kind = json.path("kind").asText();
    if (!KIND.matcher(kind).matches() || json.path("number").asLong() < 1) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new Sighting(
              source,
              json.path("number").asLong(),
              Instant.parse(json.path("at").asText()),
              kind,
              Severity.of(json.path("severity").asText()).orElse(Severity.INFO),
              json.path("about").asText(),
              json.path("server").asText(),
              json.path("words").asText(),
              json.path("count").asLong(1),
              by));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
