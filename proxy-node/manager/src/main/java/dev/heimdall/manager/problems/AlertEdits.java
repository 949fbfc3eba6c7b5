package dev.heimdall.manager.problems;

import dev.heimdall.manager.audit.Action;
import dev.heimdall.manager.audit.AuditLog;
import dev.heimdall.manager.edit.Author;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import dev.heimdall.secrets.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/** Actions of people and programs on alerts; the audit log has each. */
final class AlertEdits {
  static final Duration LONGEST_SILENCE = Duration.ofDays(90);

  private static final int MOST_SILENCES = 50;
  private static final int LONGEST_TEXT = 300;

  private final AlertKeeper keeper;
  private final AuditLog audit;
  private final Supplier<Instant> clock;

  AlertEdits(AlertKeeper keeper, AuditLog audit, Supplier<Instant> clock) {
    this.keeper = keeper;
    this.audit = audit;
    this.clock = clock;
  }

  /**
   * Selection of alerts to silence; empty parts match all.
   *
   * @param lasting for how long
   */
  record SilenceRequest(String kind, String about, String node, Duration lasting, String reason) {}

  /** Acknowledges an alert: the author looks after it from now on. */
  void acknowledge(String id, String comment, Author author) throws Refusal, StoreException {
    bounded("comment", comment);
    open(id);
    Alert.Acknowledged by = new Alert.Acknowledged(author.user(), clock.get(), comment);
    keeper.change(book -> book.with(id, alert -> alert.acknowledged(Optional.of(by))));
    note(Action.ALERT_ACKNOWLEDGED, author, words(id));
  }

  /** Removes the acknowledgement: no person looks after the alert any more. */
  void release(String id, Author author) throws Refusal, StoreException {
    open(id);
    keeper.change(book -> book.with(id, alert -> alert.acknowledged(Optional.empty())));
    note(Action.ALERT_RELEASED, author, words(id));
  }

  private void open(String id) throws Refusal {
    if (keeper.book().open().stream().noneMatch(alert -> alert.id().equals(id))) {
      throw new Refusal(404, "not_found", "There is no such alert, or it has ended.");
    }
  }

  private String words(String id) {
    return keeper.book().alerts().stream()
        .filter(alert -> alert.id().equals(id))
        .map(alert -> alert.about().isEmpty() ? alert.kind() : alert.kind() + " " + alert.about())
        .findFirst()
        .orElse(id);
  }

  /** Keeps notifications back; the silence's id. */
  String silence(SilenceRequest wish, Author author) throws Refusal, StoreException {
    if (!wish.kind().isEmpty() && ProblemKind.of(wish.kind()).isEmpty()) {
      throw Request.bad(
          "The kind \"%s\" is none of problems; GET /api/v1/problems and the manager's page have them."
              .formatted(wish.kind()));
    }
    bounded("about", wish.about());
    bounded("node", wish.node());
    bounded("reason", wish.reason());
    if (wish.reason().isBlank()) {
      throw Request.bad("A silence needs a reason.");
    }
    if (wish.lasting().isNegative()
        || wish.lasting().isZero()
        || wish.lasting().compareTo(LONGEST_SILENCE) > 0) {
      throw Request.bad("A silence ends in the future, within 90 days.");
    }
    Instant now = clock.get();
    Silence silence =
        new Silence(
            UUID.randomUUID().toString(),
            wish.kind(),
            wish.about(),
            wish.node(),
            now.plus(wish.lasting()),
            author.user(),
            now,
            wish.reason());
    if (silences().size() >= MOST_SILENCES) {
      throw Request.bad("There are %d silences already.".formatted(MOST_SILENCES));
    }
    keeper.change(
        book -> {
          List<Silence> all = new ArrayList<>(book.silences());
          all.add(silence);
          return book.withSilences(all);
        });
    note(Action.ALERTS_SILENCED, author, silence.matches());
    return silence.id();
  }

  /** Those that hold. */
  List<Silence> silences() {
    Instant now = clock.get();
    return keeper.book().silences().stream()
        .filter(silence -> now.isBefore(silence.until()))
        .toList();
  }

  /** Ends one before its time. */
  void endSilence(String id, Author author) throws Refusal, StoreException {
    Silence silence =
        silences().stream()
            .filter(one -> one.id().equals(id))
            .findFirst()
            .orElseThrow(() -> new Refusal(404, "not_found", "There is no such silence."));
    keeper.change(
        book ->
            book.withSilences(
                book.silences().stream().filter(one -> !one.id().equals(id)).toList()));
    note(Action.SILENCE_ENDED, author, silence.matches());
  }

  private static void bounded(String name, String text) throws Refusal {
    if (text.length() > LONGEST_TEXT || text.chars().anyMatch(Character::isISOControl)) {
      throw Request.bad(
          "%s: expected at most %d characters, without control characters."
              .formatted(name, LONGEST_TEXT));
    }
  }

  private void note(Action action, Author author, String subject) {
    audit.note(action, author.user(), author.address(), subject);
  }
}
