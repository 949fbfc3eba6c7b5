package dev.heimdall.manager.pages;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;

/** A browser that has logged in, and the change that it is about to make. */
final class Session {
  private final String user;
  private final String csrf;
  private final String generation;
  private final long begun;
  private long used;
  private Optional<Draft> draft = Optional.empty();
  private Optional<String> told = Optional.empty();

  Session(String user, String csrf, String generation, long now) {
    this.user = user;
    this.csrf = csrf;
    this.generation = generation;
    begun = now;
    used = now;
  }

  String user() {
    return user;
  }

  /** What its forms have to show. */
  String csrf() {
    return csrf;
  }

  boolean isCsrf(String shown) {
    return MessageDigest.isEqual(
        csrf.getBytes(StandardCharsets.UTF_8), shown.getBytes(StandardCharsets.UTF_8));
  }

  String generation() {
    return generation;
  }

  /** Whether it does now; then it was used. */
  boolean goesOn(long now) {
    boolean on = now - used < Sessions.IDLE.toNanos() && now - begun < Sessions.LONGEST.toNanos();
    used = now;
    return on;
  }

  synchronized Optional<Draft> draft() {
    return draft;
  }

  synchronized void draft(Optional<Draft> next) {
    draft = next;
  }

  /** Has the next page say this. */
  synchronized void tell(String words) {
    told = Optional.of(words);
  }

  /** What the next page is to say, once. */
  synchronized Optional<String> told() {
    Optional<String> words = told;
    told = Optional.empty();
    return words;
  }
}
