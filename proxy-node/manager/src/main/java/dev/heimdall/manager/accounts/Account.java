package dev.heimdall.manager.accounts;

import java.time.Instant;

/**
 * Somebody who may log in.
 *
 * @param name small letters, digits and {@code . _ @ -}
 * @param hash of the password, as {@link PasswordHash} writes it
 * @param mustChange whether the password is one that somebody else knows
 * @param disabled whether he may not log in for now
 * @param created when and by whom
 * @param changed when and by whom, last
 */
public record Account(
    String name,
    Role role,
    String hash,
    boolean mustChange,
    boolean disabled,
    Mark created,
    Mark changed) {
  /** Who did something, and when. */
  public record Mark(String by, Instant at) {}

  Account with(Role newRole, boolean nowDisabled, Mark mark) {
    return new Account(name, newRole, hash, mustChange, nowDisabled, created, mark);
  }

  Account with(String newHash, boolean toBeChanged, Mark mark) {
    return new Account(name, role, newHash, toBeChanged, disabled, created, mark);
  }

  /** The hash is nobody's business. */
  @Override
  public String toString() {
    return name + " (" + role.spelling() + ")";
  }
}
