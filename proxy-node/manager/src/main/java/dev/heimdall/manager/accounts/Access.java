package dev.heimdall.manager.accounts;

import dev.heimdall.secrets.DocumentStore;
import java.time.Clock;
import java.util.function.LongSupplier;

/** Everything with which people and programs log in, beside the first user's password. */
public record Access(Accounts accounts, SecondFactors factors, Tokens tokens) {
  /**
   * As a store has it; no request is sent yet.
   *
   * @param firstIsElsewhere whether the password of {@link Accounts#FIRST} is one of a secret or a
   *     file
   */
  public static Access of(
      DocumentStore store,
      PasswordHash hashes,
      boolean firstIsElsewhere,
      Clock clock,
      LongSupplier nanoClock) {
    Accounts accounts = new Accounts(store, hashes, firstIsElsewhere, clock, nanoClock);
    return new Access(
        accounts, new SecondFactors(accounts, clock), new Tokens(store, clock, nanoClock));
  }
}
