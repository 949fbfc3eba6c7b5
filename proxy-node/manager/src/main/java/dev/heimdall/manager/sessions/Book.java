package dev.heimdall.manager.sessions;

import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Facts known about sessions.
 *
 * @param key in Base64; empty: none was made yet
 * @param ended those that have ended before their time, by their ids, and until when they would
 *     have gone on
 */
record Book(String key, Map<String, Instant> ended) {
  /** Those beyond are let go, the ones that end first first. */
  private static final int MOST = 500;

  Book {
    ended = Map.copyOf(ended);
  }

  Optional<byte[]> keyBytes() {
    return key.isEmpty() ? Optional.empty() : Optional.of(Base64.getDecoder().decode(key));
  }

  Book with(byte[] newKey) {
    return new Book(Base64.getEncoder().encodeToString(newKey), ended);
  }

  Book ended(String id, Instant until, Instant now) {
    Map<String, Instant> next = new TreeMap<>(ended);
    next.values().removeIf(end -> end.isBefore(now));
    next.put(id, until);
    while (next.size() > MOST) {
      next.entrySet().stream()
          .min(Map.Entry.comparingByValue())
          .map(Map.Entry::getKey)
          .ifPresent(next::remove);
    }
    return new Book(key, next);
  }

  /** The key is the managers'. */
  @Override
  public String toString() {
    return ended.size() + " ended sessions";
  }
}
