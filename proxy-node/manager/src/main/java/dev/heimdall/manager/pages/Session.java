package dev.heimdall.manager.pages;

import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.login.Principal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** A browser that has logged in, and the change that it is about to make. */
final class Session {
  /** The part of a page that shows which nodes run the configuration. */
  private static final String ROLLOUT = "/rollout";

  private final String id;
  private final String csrf;
  private final Instant begun;
  private volatile Principal who;
  private Optional<Draft> draft = Optional.empty();
  private Optional<Message> told = Optional.empty();
  private final Map<Class<?>, Object> kept = new HashMap<>();

  Session(String id, Principal who, String csrf, Instant begun) {
    this.id = id;
    this.who = who;
    this.csrf = csrf;
    this.begun = begun;
  }

  /** Identifier of the session: it is not disclosed. */
  String id() {
    return id;
  }

  Instant begun() {
    return begun;
  }

  /** Owner of the session, as of its last request. */
  Principal who() {
    return who;
  }

  /** He is this by now: with another role perhaps. */
  void who(Principal now) {
    who = now;
  }

  String user() {
    return who.user();
  }

  boolean may(Permission permission) {
    return who.due().leaves(permission) && who.may(permission);
  }

  /** Token that the session's forms have to show. */
  String csrf() {
    return csrf;
  }

  boolean isCsrf(String shown) {
    return MessageDigest.isEqual(
        csrf.getBytes(StandardCharsets.UTF_8), shown.getBytes(StandardCharsets.UTF_8));
  }

  synchronized Optional<Draft> draft() {
    return draft;
  }

  synchronized void draft(Optional<Draft> next) {
    draft = next;
  }

  /** Size of the data that the session holds, in bytes. */
  synchronized long bytes() {
    return draft.map(Draft::bytes).orElse(0L)
        + kept.values().stream()
            .filter(Held.class::isInstance)
            .mapToLong(one -> ((Held) one).bytes())
            .sum();
  }

  /** Drops what it holds; its next page says so. */
  synchronized void makeRoom() {
    draft = Optional.empty();
    kept.values().removeIf(Held.class::isInstance);
    tell(
        "Your changes that were not committed are dropped: those of other sessions needed the"
            + " manager's memory.");
  }

  /** Value of this type that the session holds. */
  synchronized <T> Optional<T> kept(Class<T> type) {
    return Optional.ofNullable(type.cast(kept.get(type)));
  }

  /** Keeps one thing of each type, in the place of what it had. */
  synchronized <T> void keep(Class<T> type, Optional<T> next) {
    next.ifPresentOrElse(value -> kept.put(type, value), () -> kept.remove(type));
  }

  /**
   * Message for the next page.
   *
   * @param more the path of a part of a page that says more of it
   */
  record Message(String words, Optional<String> more) {}

  /** Has the next page say this. */
  synchronized void tell(String words) {
    told = Optional.of(new Message(words, Optional.empty()));
  }

  /** Has the next page report a change of the configuration: the page shows which nodes run it. */
  synchronized void tellOfCommit(String words) {
    told = Optional.of(new Message(words, Optional.of(ROLLOUT)));
  }

  /** Returns the message for the next page, once. */
  synchronized Optional<Message> told() {
    Optional<Message> words = told;
    told = Optional.empty();
    return words;
  }
}
