package dev.heimdall.manager.people;

import dev.heimdall.manager.audit.Action;
import dev.heimdall.manager.audit.AuditEntry;
import dev.heimdall.manager.audit.AuditFilter;
import dev.heimdall.manager.audit.AuditLog;
import dev.heimdall.manager.pages.Times;
import dev.heimdall.manager.pages.Visit;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.secrets.StoreException;
import java.util.List;
import java.util.Map;
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
    AuditFilter asked = AuditFilter.of(visit.request());
    List<AuditEntry> found = asked.of(audit.entries(Integer.MAX_VALUE));
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
