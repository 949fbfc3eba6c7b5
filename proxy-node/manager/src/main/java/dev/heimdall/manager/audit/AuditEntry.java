package dev.heimdall.manager.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/**
 * Record of a user's action.
 *
 * @param id that no other entry has
 * @param action such as {@code log_in}; another release may have others
 * @param user who did it, or claimed to be him
 * @param address where the request came from
 * @param subject what it was done to; may be empty
 */
public record AuditEntry(
    String id, Instant at, String action, String user, String address, String subject) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LONGEST = 1000;

  public AuditEntry {
    user = cut(user);
    subject = cut(subject);
  }

  private static String cut(String text) {
    return text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
  }

  String text() {
    return JSON.createObjectNode()
        .put("id", id)
        .put("at", at.toString())
        .put("action", action)
        .put("user", user)
        .put("address", address)
        .put("subject", subject)
        .toString();
  }

  static Optional<AuditEntry> read(String text) {
    try {
      JsonNode line = JSON.readTree(text);
      return Optional.of(
          new AuditEntry(
              line.path("id").asText(),
              Instant.parse(line.path("at").asText()),
              line.path("action").asText(),
              line.path("user").asText(),
              line.path("address").asText(),
              line.path("subject").asText()));
    } catch (JsonProcessingException | DateTimeParseException e) {
      return Optional.empty();
    }
  }
}
