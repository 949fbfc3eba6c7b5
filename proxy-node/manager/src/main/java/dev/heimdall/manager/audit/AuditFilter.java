package dev.heimdall.manager.audit;

import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Filter of entries from the query; empty parts match all.
 *
 * @param subject a part of it, in capitals or not
 * @param from the first moment, in UTC or with a zone
 * @param to the first moment after them
 */
public record AuditFilter(String user, String action, String subject, String from, String to) {
  /** Reads the filter of a request. */
  public static AuditFilter of(Request request) throws Refusal {
    AuditFilter filter =
        new AuditFilter(
            asked(request, "user"),
            asked(request, "action"),
            asked(request, "subject"),
            asked(request, "from"),
            asked(request, "to"));
    Request.time(filter.from);
    Request.time(filter.to);
    return filter;
  }

  private static String asked(Request request, String name) throws Refusal {
    return request.query(name).orElse("").strip();
  }

  /** True if entries are left out. */
  public boolean isSet() {
    return !(user + action + subject + from + to).isEmpty();
  }

  /** Those of these. */
  public List<AuditEntry> of(List<AuditEntry> entries) throws Refusal {
    Optional<Instant> begin = Request.time(from);
    Optional<Instant> end = Request.time(to);
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
}
