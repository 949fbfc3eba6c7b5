package dev.heimdall.engine.auth;

import dev.heimdall.model.User;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The users of one configuration and their credentials as each method needs them. Built anew for
 * each configuration; with the same {@link UserSalts} and {@link ScramKeyCache}, passwords that did
 * not change are not derived again. Thread-safe.
 */
public final class UserDirectory {

  private final Map<String, Account> accounts = new HashMap<>();
  private final UserSalts salts;
  private final ScramKeyCache cache;
  private final boolean knowsMd5;

  /**
   * @param cache the node's; keeps as many derived passwords as its capacity
   * @throws IllegalArgumentException when a user's verifier is none; names the user, not the
   *     verifier
   */
  public UserDirectory(Collection<User> users, UserSalts salts, ScramKeyCache cache) {
    this.salts = salts;
    this.cache = cache;
    for (User user : users) {
      accounts.put(user.name(), new Account(user, salts.saltOf(user.name()), cache));
    }
    knowsMd5 = accounts.values().stream().anyMatch(Account::hasMd5);
  }

  /**
   * Derives the verifiers of all plain passwords, milliseconds each. Call it on the configuration's
   * thread before the directory is published: else the first log-in of each user pays on its event
   * loop.
   */
  public void prepare() {
    accounts.values().forEach(Account::verifier);
  }

  public Optional<User> find(String name) {
    return Optional.ofNullable(accounts.get(name)).map(Account::user);
  }

  /** The user's SCRAM verifier; empty for unknown users and for those that have none. */
  public Optional<ScramVerifier> verifierOf(String name) {
    return Optional.ofNullable(accounts.get(name)).map(Account::verifier);
  }

  /**
   * The log-in at the server that the user's document gives ({@code serverUser, serverPassword}).
   */
  public Optional<ServerCredential> serverCredentialOf(String name) {
    return Optional.ofNullable(accounts.get(name)).map(Account::atServer);
  }

  /** Null where there is none. */
  Account account(String name) {
    return accounts.get(name);
  }

  /** Whether a stranger could expect an MD5 exchange from any user here. */
  boolean knowsMd5() {
    return knowsMd5;
  }

  UserSalts salts() {
    return salts;
  }

  ScramKeyCache cache() {
    return cache;
  }

  @Override
  public String toString() {
    return "UserDirectory[" + accounts.size() + " users]";
  }
}
