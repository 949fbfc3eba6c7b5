package dev.heimdall.manager.alerts;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.audit.Action;
import dev.heimdall.manager.audit.AuditLog;
import dev.heimdall.manager.edit.Author;
import dev.heimdall.manager.store.SharedDocument;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import dev.heimdall.secrets.StoreException;
import java.time.Clock;
import java.util.Optional;

/** Targets as people and programs make and change them. */
final class TargetEdits {
  private static final int MOST = 20;

  private final Optional<SharedDocument<Targets>> targets;
  private final Optional<AlertSender> sender;
  private final AuditLog audit;
  private final Clock clock;

  TargetEdits(
      Optional<SharedDocument<Targets>> targets,
      Optional<AlertSender> sender,
      AuditLog audit,
      Clock clock) {
    this.targets = targets;
    this.sender = sender;
    this.audit = audit;
    this.clock = clock;
  }

  /** Requested settings of a target; a secret that is left out, or empty, stays as it was. */
  record TargetRequest(String name, TargetType type, ObjectNode settings) {
    @Override
    public String toString() {
      return "wish for " + name;
    }
  }

  /** True if there is a place for them. */
  boolean possible() {
    return targets.isPresent();
  }

  Targets all() throws Refusal, StoreException {
    return document().value();
  }

  private SharedDocument<Targets> document() throws Refusal {
    return targets.orElseThrow(
        () ->
            new Refusal(
                409,
                "no_store",
                "The manager has no place of its own, which keeps targets: name one with"
                    + " managerStore."));
  }

  void put(TargetRequest wish, Author author) throws Refusal, StoreException {
    document()
        .change(
            now -> {
              Optional<Target> before = Optional.ofNullable(now.all().get(wish.name()));
              if (before.isEmpty() && now.all().size() >= MOST) {
                throw Request.bad("There are %d targets already.".formatted(MOST));
              }
              return now.with(
                  Target.wished(
                      wish.name(), wish.type(), wish.settings(), before, clock.instant()));
            });
    audit.note(
        Action.CONFIGURATION_CHANGED,
        author.user(),
        author.address(),
        "alert target " + wish.name());
  }

  void delete(String name, Author author) throws Refusal, StoreException {
    known(name);
    document().change(now -> now.without(name));
    audit.note(
        Action.CONFIGURATION_CHANGED, author.user(), author.address(), "alert target " + name);
  }

  void test(String name) throws Refusal, StoreException {
    known(name);
    if (sender.isPresent() && !sender.get().test(name)) {
      throw new Refusal(
          409,
          "in_progress",
          "A message to %s is being sent: try again when its result is there.".formatted(name));
    }
  }

  private void known(String name) throws Refusal, StoreException {
    if (!document().fresh().all().containsKey(name)) {
      throw new Refusal(404, "not_found", "There is no such target.");
    }
  }
}
