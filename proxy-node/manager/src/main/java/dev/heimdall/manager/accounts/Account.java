package dev.heimdall.manager.accounts;

import dev.heimdall.secrets.Content;
import java.time.Instant;
import java.util.Optional;

/**
 * Account of a person who may log in.
 *
 * @param name small letters, digits and {@code . _ @ -}
 * @param hash of the password, as {@link PasswordHash} writes it
 * @param mustChange true if another person knows the password
 * @param disabled whether he may not log in for now
 * @param factor what he has to show besides the password; empty: nothing
 * @param created when and by whom
 * @param changed when and by whom, last
 */
public record Account(
    String name,
    Role role,
    String hash,
    boolean mustChange,
    boolean disabled,
    Optional<SecondFactor> factor,
    Mark created,
    Mark changed) {
  /** Author and time of an action. */
  public record Mark(String by, Instant at) {}

  Account with(Role newRole, boolean nowDisabled, Mark mark) {
    return new Account(name, newRole, hash, mustChange, nowDisabled, factor, created, mark);
  }

  Account with(String newHash, boolean toBeChanged, Mark mark) {
    return new Account(name, role, newHash, toBeChanged, disabled, factor, created, mark);
  }

  Account with(Optional<SecondFactor> other) {
    return new Account(name, role, hash, mustChange, disabled, other, created, changed);
  }

  /** True if a password alone is not enough. */
  public boolean asksForCode() {
    return factor.filter(SecondFactor::on).isPresent();
  }

  /**
   * A word for what he shows at a log-in, without what that is: with another password or another
   * second factor it is another one.
   */
  public String generation() {
    String shown = hash + factor.filter(SecondFactor::on).map(on -> " " + on.secret()).orElse("");
    return Content.of(shown).hash();
  }

  /** The hash is left out. */
  @Override
  public String toString() {
    return name + " (" + role.spelling() + ")";
  }
}
