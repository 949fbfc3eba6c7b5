package dev.heimdall.manager.accounts;

import dev.heimdall.manager.store.SharedDocument;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.StoreException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Tokens: words such as {@code heimdall_0123456789abcdef_…} that programs show instead of a
 * password and a code. Several managers share them, and none keeps more than their hashes.
 */
public final class Tokens {
  /** Prefix of each token, so that a search for lost tokens finds it. */
  public static final String PREFIX = "heimdall_";

  /** Days that one is good for at most. */
  public static final int MOST_DAYS = 366;

  private static final int ID_BYTES = 8;
  private static final int WORD_BYTES = 32;
  private static final int LONGEST_NAME = 64;
  private static final int MOST_OF_ONE = 50;
  private static final int MOST = 500;

  /** Interval at which the continuous use of a token is recorded. */
  private static final Duration USE = Duration.ofMinutes(10);

  private final SharedDocument<SortedMap<String, Token>> document;
  private final Clock clock;
  private final SecureRandom random = new SecureRandom();
  private final Map<String, Instant> noted = new ConcurrentHashMap<>();

  public Tokens(DocumentStore store, Clock clock, LongSupplier nanoClock) {
    document = new SharedDocument<>(store, "tokens.json", new TokensForm(), nanoClock);
    this.clock = clock;
  }

  /**
   * One that was made.
   *
   * @param word which is not shown again
   */
  public record Made(Token token, String word) {
    /** The word is its owner's. */
    @Override
    public String toString() {
      return token.toString();
    }
  }

  /** Those there are, also ones that have expired. */
  public List<Token> all() throws StoreException {
    return List.copyOf(document.value().values());
  }

  /** Those of a user. */
  public List<Token> of(String owner) throws StoreException {
    return all().stream().filter(token -> token.owner().equals(owner)).toList();
  }

  /**
   * Makes one.
   *
   * @param ownerSince since when there is his account
   * @param days that it is good for
   */
  public Made create(String owner, Instant ownerSince, String name, Role role, int days)
      throws AccountRefused, StoreException {
    if (name.isBlank() || name.length() > LONGEST_NAME) {
      throw AccountRefused.wrong(
          "The name of a token has 1 to %d characters.".formatted(LONGEST_NAME));
    }
    if (days < 1 || days > MOST_DAYS) {
      throw AccountRefused.wrong("A token is good for 1 to %d days.".formatted(MOST_DAYS));
    }
    byte[] idBytes = bytes(ID_BYTES);
    String id = HexFormat.of().formatHex(idBytes);
    String word =
        PREFIX
            + id
            + "_"
            + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes(WORD_BYTES));
    Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    Token token =
        new Token(
            id,
            name.strip(),
            owner,
            ownerSince,
            role,
            hash(word),
            now,
            now.plus(Duration.ofDays(days)),
            Optional.empty());
    document.change(
        there -> {
          SortedMap<String, Token> next = new TreeMap<>(there);
          next.values().removeIf(old -> old.expires().isBefore(now));
          long his = next.values().stream().filter(old -> old.owner().equals(owner)).count();
          if (his >= MOST_OF_ONE || next.size() >= MOST) {
            throw AccountRefused.wrong(
                "There may be %d tokens of one account, and %d of all: revoke some first."
                    .formatted(MOST_OF_ONE, MOST));
          }
          next.put(id, token);
          return next;
        });
    return new Made(token, word);
  }

  /**
   * Ends one.
   *
   * @param owner whose it has to be; empty: anybody's
   */
  public Token revoke(String id, Optional<String> owner) throws AccountRefused, StoreException {
    Token gone =
        Optional.ofNullable(document.fresh().get(id))
            .filter(token -> owner.isEmpty() || owner.get().equals(token.owner()))
            .orElseThrow(
                () -> new AccountRefused(AccountRefused.Reason.UNKNOWN, "There is no such token."));
    document.change(
        there -> {
          SortedMap<String, Token> next = new TreeMap<>(there);
          return next.remove(id) == null ? there : next;
        });
    return gone;
  }

  /** The token of a word, unless it has expired. */
  public Optional<Token> find(String word) throws StoreException {
    int end = word.indexOf('_', PREFIX.length());
    if (!word.startsWith(PREFIX) || end < 0) {
      return Optional.empty();
    }
    return Optional.ofNullable(document.value().get(word.substring(PREFIX.length(), end)))
        .filter(token -> same(token.hash(), hash(word)))
        .filter(token -> clock.instant().isBefore(token.expires()));
  }

  /** Has it known when one was used, now and then; that it cannot be written does no harm. */
  public void used(Token token) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    Instant last = noted.getOrDefault(token.id(), token.used().orElse(Instant.MIN));
    if (last.isAfter(now.minus(USE))) {
      return;
    }
    if (noted.size() > 2 * MOST) {
      noted.clear();
    }
    noted.put(token.id(), now);
    try {
      document.change(
          there -> {
            Token kept = there.get(token.id());
            if (kept == null) {
              return there;
            }
            SortedMap<String, Token> next = new TreeMap<>(there);
            next.put(token.id(), kept.usedAt(now));
            return next;
          });
    } catch (StoreException e) {
      // The next use after a while tries again.
    }
  }

  private byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  private static boolean same(String one, String other) {
    return MessageDigest.isEqual(
        one.getBytes(StandardCharsets.US_ASCII), other.getBytes(StandardCharsets.US_ASCII));
  }

  /** Enough for words that are random: guessing one is hopeless. */
  static String hash(String word) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(word.getBytes(StandardCharsets.UTF_8));
      return Base64.getEncoder().withoutPadding().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
