package dev.heimdall.manager.people;

import dev.heimdall.manager.audit.Action;
import dev.heimdall.manager.audit.AuditEntry;
import dev.heimdall.manager.audit.AuditLog;
import dev.heimdall.manager.pages.Times;
import dev.heimdall.manager.pages.Visit;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import dev.heimdall.secrets.StoreException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** {@code /audit}: who did what, as far as it is asked for. */
final class AuditPage {
  static final String PATH = "/audit";

  private static final int MOST = 500;
  private static final Set<String> BAD =
      Set.of(Action.LOG_IN_REFUSED.spelling(), Action.NOT_PERMITTED.spelling());

  private final AuditLog audit;

  AuditPage(AuditLog audit) {
    this.audit = audit;
  }

  Answer look(Visit visit) throws Refusal, StoreException {
    PeopleView.Asked asked =
        new PeopleView.Asked(
            asked(visit, "user"),
            asked(visit, "action"),
            asked(visit, "subject"),
            asked(visit, "from"),
            asked(visit, "to"));
    Optional<Instant> from = at(asked.from());
    Optional<Instant> to = at(asked.to());
    List<AuditEntry> found =
        audit.entries(Integer.MAX_VALUE).stream()
            .filter(entry -> asked.user().isEmpty() || entry.user().equals(asked.user()))
            .filter(entry -> asked.action().isEmpty() || entry.action().equals(asked.action()))
            .filter(entry -> holds(entry.subject(), asked.subject()))
            .filter(entry -> from.isEmpty() || !entry.at().isBefore(from.get()))
            .filter(entry -> to.isEmpty() || entry.at().isBefore(to.get()))
            .toList();
    return visit.page(
        200,
        "audit",
        "Audit log",
        Map.of(
            "view",
            new PeopleView.Log(
                asked,
                Stream.of(Action.values()).map(Action::spelling).sorted().toList(),
                found.stream().limit(MOST).map(AuditPage::deed).toList(),
                found.size())));
  }

  private static String asked(Visit visit, String which) throws Refusal {
    return visit.request().query(which).orElse("").strip();
  }

  private static boolean holds(String text, String part) {
    return text.toLowerCase(Locale.ROOT).contains(part.toLowerCase(Locale.ROOT));
  }

  /** As a browser's field for times has it; in UTC. */
  private static Optional<Instant> at(String asked) throws Refusal {
    try {
      return asked.isEmpty()
          ? Optional.empty()
          : Optional.of(LocalDateTime.parse(asked).toInstant(ZoneOffset.UTC));
    } catch (DateTimeParseException e) {
      throw Request.bad("A time is written as 2026-01-02T03:04.");
    }
  }

  private static PeopleView.Deed deed(AuditEntry entry) {
    return new PeopleView.Deed(
        Times.shown(entry.at()),
        entry.user(),
        entry.action().replace('_', ' '),
        BAD.contains(entry.action()),
        entry.subject(),
        entry.address());
  }
}
