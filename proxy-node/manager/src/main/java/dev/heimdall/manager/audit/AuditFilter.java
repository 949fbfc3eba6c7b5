package dev.heimdall.manager.audit;

import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Which entries are asked for, as the query says it; what is empty does not matter.
 *
 * @param subject a part of it, in capitals or not
 * @param from the first moment, in UTC or with a zone
 * @param to the first moment after them
 */
public record AuditFilter(String user, String action, String subject, String from, String to) {
  /** What a request asks for. */
  public static AuditFilter of(Request request) throws Refusal {
    AuditFilter filter =
        new AuditFilter(
            asked(request, "user"),
            asked(request, "action"),
            asked(request, "subject"),
            asked(request, "from"),
            asked(request, "to"));
    at(filter.from);
    at(filter.to);
    return filter;
  }

  private static String asked(Request request, String name) throws Refusal {
    return request.query(name).orElse("").strip();
  }

  /** Whether entries are left out. */
  public boolean isSet() {
    return !(user + action + subject + from + to).isEmpty();
  }

  /** Those of these. */
  public List<AuditEntry> of(List<AuditEntry> entries) throws Refusal {
    Optional<Instant> begin = at(from);
    Optional<Instant> end = at(to);
    return entries.stream()
        .filter(entry -> user.isEmpty() || entry.user().equals(user))
        .filter(entry -> action.isEmpty() || entry.action().equals(action))
        .filter(entry -> lower(entry.subject()).contains(lower(subject)))
        .filter(entry -> begin.isEmpty() || !entry.at().isBefore(begin.get()))
        .filter(entry -> end.isEmpty() || entry.at().isBefore(end.get()))
        .toList();
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  /** As a browser's field for times has it, in UTC, or with a zone. */
  private static Optional<Instant> at(String asked) throws Refusal {
    try {
      if (asked.isEmpty()) {
        return Optional.empty();
      }
      return Optional.of(
          asked.endsWith("Z")
              ? Instant.parse(asked)
              : LocalDateTime.parse(asked).toInstant(ZoneOffset.UTC));
    } catch (DateTimeException e) {
      throw Request.bad("A time is written as 2026-01-02T03:04 or 2026-01-02T03:04:05Z.");
    }
  }
}
