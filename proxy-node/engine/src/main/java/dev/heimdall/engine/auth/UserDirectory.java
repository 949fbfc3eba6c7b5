package dev.heimdall.engine.auth;

import dev.heimdall.model.User;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The users of one configuration and their credentials as each method needs them. Built anew for
 * each configuration; with the same {@link UserSalts} and {@link ScramKeyCache}, passwords that did
 * not change are not derived again. Thread-safe.
 */
public final class UserDirectory {

  private final Map<String, UserAccount> accounts;

  /** One more, whom the database was queried for; null for none. */
  private final UserAccount found;

  private final boolean queried;
  private final UserSalts salts;
  private final ScramKeyCache cache;
  private final boolean knowsMd5;
  private final boolean knowsOnlyMd5;

  /** Accounts with passwords known by {@link NativePassword}'s hashes. */
  private final List<UserAccount> hashed;

  private final int mockIterations;

  /**
   * @param cache the node's; keeps as many derived passwords as its capacity
   * @throws IllegalArgumentException when a user's verifier is none; names the user, not the
   *     verifier
   */
  public UserDirectory(Collection<User> users, UserSalts salts, ScramKeyCache cache) {
    this.salts = salts;
    this.cache = cache;
    this.accounts = new HashMap<>();
    this.found = null;
    this.queried = false;
    for (User user : users) {
      accounts.put(user.name(), new UserAccount(user, salts.saltOf(user.name()), cache));
    }
    knowsMd5 = accounts.values().stream().anyMatch(UserAccount::hasMd5);
    knowsOnlyMd5 =
        accounts.values().stream().allMatch(account -> account.hasMd5() || account.hasNothing());
    hashed = accounts.values().stream().filter(UserAccount::hasNativeHash).toList();
    mockIterations =
        accounts.values().stream()
            .flatMap(account -> account.storedIterations().stream())
            .collect(Collectors.groupingBy(n -> n, TreeMap::new, Collectors.counting()))
            .entrySet()
            .stream()
            .max(Map.Entry.comparingByValue())
            .map(Map.Entry::getKey)
            .orElse(ScramVerifier.DEFAULT_ITERATIONS);
  }

  /** For the log-in of one user whom the database was queried for. */
  private UserDirectory(UserDirectory own, UserAccount found, FoundUsers others) {
    this.accounts = own.accounts;
    this.found = found;
    this.queried = true;
    this.salts = own.salts;
    this.cache = own.cache;
    this.knowsMd5 = own.knowsMd5 || others.md5();
    this.knowsOnlyMd5 = own.knowsOnlyMd5 && !others.scram();
    this.hashed = own.hashed;
    this.mockIterations = others.iterations() > 0 ? others.iterations() : own.mockIterations;
  }

  /**
   * Returns this directory with the result of the database lookup, for the log-in of that user.
   *
   * @param user empty where the database knows no such user: nothing shows that, as strangers are
   *     asked for what users have who were found
   */
  public UserDirectory with(Optional<User> user, FoundUsers others) {
    UserAccount account =
        user.map(one -> new UserAccount(one, salts.saltOf(one.name()), cache)).orElse(null);
    return new UserDirectory(this, account, others);
  }

  /**
   * Derives the verifiers of all plain passwords, milliseconds each. Call it on the configuration's
   * thread before the directory is published where clients prove their passwords by SCRAM: else the
   * first log-in of each user pays on its event loop.
   */
  public void prepare() {
    accounts.values().forEach(UserAccount::verifier);
  }

  public Optional<User> find(String name) {
    return Optional.ofNullable(account(name)).map(UserAccount::user);
  }

  /** The user's SCRAM verifier; empty for unknown users and for those that have none. */
  public Optional<ScramVerifier> verifierOf(String name) {
    return Optional.ofNullable(account(name)).map(UserAccount::verifier);
  }

  /**
   * The log-in at the server that the user's document gives ({@code serverUser, serverPassword}).
   */
  public Optional<ServerCredential> serverCredentialOf(String name) {
    return Optional.ofNullable(account(name)).map(UserAccount::atServer);
  }

  /** Null where there is none. */
  UserAccount account(String name) {
    UserAccount own = accounts.get(name);
    return own == null && found != null && found.user().name().equals(name) ? found : own;
  }

  /** True if the database was queried for who logs in, and has said who that is. */
  boolean queried() {
    return queried;
  }

  /**
   * True if the method md5 asks a stranger for MD5, as it does users with such a hash, or for
   * SCRAM, as it does the others: neither may tell who exists.
   */
  boolean asksStrangerForMd5(String name) {
    return knowsMd5 && (knowsOnlyMd5 || salts.coin(name));
  }

  /** True if some user of a VDB has one of {@link NativePassword}'s hashes, and no password. */
  boolean knowsNativeHashes(String vdb) {
    return hashed.stream().anyMatch(account -> account.mayEnter(vdb));
  }

  /**
   * True if a stranger's proof counts as one that can be judged, as those of users here can, or as
   * one that cannot: neither may tell who exists.
   */
  boolean judgesStranger(String name, PasswordProof proof) {
    boolean some = false;
    boolean all = true;
    for (UserAccount account : accounts.values()) {
      boolean judged = account.judges(proof);
      some |= judged;
      all &= judged || account.hasNothing();
    }
    return all || (some && salts.coin(name));
  }

  /** A verifier like those of the others here, that no password fits. */
  ScramVerifier mockVerifier(String name) {
    return salts.mockVerifier(name, mockIterations);
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
