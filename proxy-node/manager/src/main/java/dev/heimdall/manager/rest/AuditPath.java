package dev.heimdall.manager.rest;

import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.audit.Action;
import dev.heimdall.manager.audit.AuditEntry;
import dev.heimdall.manager.audit.AuditFilter;
import dev.heimdall.manager.audit.AuditLog;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import dev.heimdall.secrets.StoreException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** {@code /api/v1/audit}: who did what, the last first. */
record AuditPath(AuditLog audit) implements Resource {
  private static final Fields<AuditEntry> ENTRY =
      Fields.<AuditEntry>of()
          .with("at", Shape.time(""), AuditEntry::at)
          .with("action", Shape.text("Such as log_in."), AuditEntry::action)
          .with("user", Shape.text("Who did it, or claimed to be him."), AuditEntry::user)
          .with("address", Shape.text("From where."), AuditEntry::address)
          .with("subject", Shape.text("What it was done to; may be empty."), AuditEntry::subject);
  private static final String ACTIONS =
      Stream.of(Action.values()).map(Action::spelling).sorted().collect(Collectors.joining(", "));

  @Override
  public List<Operation> operations() {
    return List.of(
        Operation.get("/api/v1/audit", Permission.READ_AUDIT, call -> list(call.request()))
            .saying(
                OperationText.of("Lists who did what, the last first")
                    .with("user", "Of this user alone.")
                    .with("action", "Of this action alone: " + ACTIONS + ".")
                    .with("subject", "Whose subject contains this, in capitals or not.")
                    .with(
                        "from",
                        "From this time on: 2026-01-02T03:04 in UTC, or 2026-01-02T03:04:05Z.")
                    .with("to", "Before this time, written likewise.")
                    .paged()
                    .answers(
                        Slice.shape("entries", ENTRY)
                            .with("found", Shape.count("On all pages.")))));
  }

  private Answer list(Request request) throws Refusal, StoreException {
    AuditFilter filter = AuditFilter.of(request);
    if (!filter.action().isEmpty()
        && Stream.of(Action.values()).noneMatch(one -> one.spelling().equals(filter.action()))) {
      throw Request.bad("action: expected one of " + ACTIONS + ".");
    }
    Slice slice = Slice.of(request);
    List<AuditEntry> found = filter.of(audit.entries(Integer.MAX_VALUE));
    return Answer.json(
        200,
        slice
            .byTime(found, AuditEntry::at, AuditEntry::id)
            .body("entries", ENTRY)
            .put("found", found.size()));
  }
}
