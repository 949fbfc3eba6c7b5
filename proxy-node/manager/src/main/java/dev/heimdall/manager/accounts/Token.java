package dev.heimdall.manager.accounts;

import java.time.Instant;
import java.util.Optional;

/**
 * A word with which programs log in in a user's name.
 *
 * @param id which says which one it is, and no more
 * @param name for people
 * @param owner whose it is
 * @param ownerSince since when there is his account: an account of the same name that is made later
 *     has nothing of it
 * @param role what it may do at most
 * @param hash of the word
 * @param expires from when on it is none
 * @param used when it was shown, give or take some minutes; empty: never
 */
public record Token(
    String id,
    String name,
    String owner,
    Instant ownerSince,
    Role role,
    String hash,
    Instant created,
    Instant expires,
    Optional<Instant> used) {
  /** The first user is there without an account. */
  public static final Instant SINCE_EVER = Instant.EPOCH;

  Token usedAt(Instant at) {
    return new Token(id, name, owner, ownerSince, role, hash, created, expires, Optional.of(at));
  }

  /** The hash is left out. */
  @Override
  public String toString() {
    return id + " of " + owner;
  }
}
