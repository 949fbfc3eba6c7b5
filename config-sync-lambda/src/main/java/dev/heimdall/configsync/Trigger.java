package dev.heimdall.configsync;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heimdall.routing.RdsEvent;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Reason for a query now.
 *
 * @param event which event; empty by schedule, or when invoked by hand
 * @param cause in words that fit a topology document
 * @param at when it happened, by the event
 */
record Trigger(Kind kind, Optional<RdsEvent> event, String cause, Optional<Instant> at) {
  private static final Pattern ID = Pattern.compile("RDS-EVENT-[0-9]{4}");

  /** The kinds of reasons. */
  enum Kind {
    EVENT,
    SCHEDULE,
    /** An event that changes nothing of a topology. */
    UNRELATED
  }

  static Trigger schedule() {
    return new Trigger(Kind.SCHEDULE, Optional.empty(), "schedule", Optional.empty());
  }

  /**
   * Returns the trigger for a delivery by EventBridge; anything that is no event of RDS counts as
   * the schedule.
   */
  static Trigger of(JsonNode delivered) {
    if (!delivered.path("source").asText().equals("aws.rds")) {
      return schedule();
    }
    String id = delivered.path("detail").path("EventID").asText();
    Optional<Instant> at = Optional.empty();
    try {
      at = Optional.of(Instant.parse(delivered.path("time").asText()));
    } catch (DateTimeException e) {
      // An event without a time is one nevertheless.
    }
    if (!ID.matcher(id).matches()) {
      return new Trigger(Kind.UNRELATED, Optional.empty(), "an event without a number", at);
    }
    Optional<RdsEvent> event = RdsEvent.of(id);
    return new Trigger(event.isPresent() ? Kind.EVENT : Kind.UNRELATED, event, id, at);
  }
}
