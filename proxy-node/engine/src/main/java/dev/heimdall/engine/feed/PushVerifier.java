package dev.heimdall.engine.feed;

import dev.heimdall.routing.PushSignature;
import java.time.Clock;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Lets in what was signed with one of the keys, just now, and not seen before. Strangers cost it
 * the time for one signature, and no memory. For one thread at a time.
 */
final class PushVerifier {
  /** Clocks may differ by so much, and a push may be under way for so long. */
  static final Duration WINDOW = Duration.ofMinutes(2);

  /** As many pushes in two windows; those who have the key push far less. */
  private static final int MOST_NONCES = 10_000;

  private static final Pattern NONCE = Pattern.compile("[A-Za-z0-9_-]{16,64}");
  private static final Pattern SECONDS = Pattern.compile("[0-9]{1,12}");

  private final Clock clock;

  /** The newest key first; none: nothing is let in. */
  private List<PushSignature> keys = List.of();

  private long byPreviousKey;

  /** Nonces with the second after which they need not be known any more, oldest first. */
  private final Map<String, Long> seen = new LinkedHashMap<>();

  PushVerifier(Clock clock) {
    this.clock = clock;
  }

  /** From now on these are the keys. What was let in by others is still known. */
  void keys(List<PushSignature> now) {
    keys = List.copyOf(now);
  }

  boolean open() {
    return !keys.isEmpty();
  }

  long byPreviousKey() {
    return byPreviousKey;
  }

  /** Reason that this push is rejected; empty if it is accepted. */
  Optional<Push.Outcome> refusal(Push push) {
    if (!open()) {
      return refused(
          Push.Kind.OFF, "This node takes no pushes: \"topology.key\" in node.json is not set");
    }
    String at = push.timestamp().orElse("");
    String nonce = push.nonce().orElse("");
    if (!SECONDS.matcher(at).matches()
        || !NONCE.matcher(nonce).matches()
        || push.signature().isEmpty()) {
      return refused(
          Push.Kind.NOT_SIGNED,
          "A push has to be signed: "
              + PushSignature.TIMESTAMP
              + " with seconds since 1970, "
              + PushSignature.NONCE
              + " with 16 to 64 letters, digits, _ or -, and "
              + PushSignature.SIGNATURE);
    }
    int key = keyOf(push, at, nonce);
    if (key < 0) {
      return refused(
          Push.Kind.WRONG_SIGNATURE,
          "The signature does not fit: is the key the same on both sides?");
    }
    long now = clock.instant().getEpochSecond();
    long signed = Long.parseLong(at);
    if (Math.abs(now - signed) > WINDOW.toSeconds()) {
      return refused(
          signed < now ? Push.Kind.TOO_OLD : Push.Kind.TOO_NEW,
          "The push was signed "
              + Math.abs(now - signed)
              + " s "
              + (signed < now ? "ago" : "from now")
              + " by this node's clock; "
              + WINDOW.toSeconds()
              + " s are allowed");
    }
    forget(now);
    if (seen.containsKey(nonce)) {
      return refused(Push.Kind.REPLAYED, "A push with this nonce was taken before");
    }
    if (seen.size() >= MOST_NONCES) {
      return refused(Push.Kind.TOO_MANY, "There were too many pushes in the last minutes");
    }
    seen.put(nonce, now + 2 * WINDOW.toSeconds() + 1);
    if (key > 0) {
      byPreviousKey++;
    }
    return Optional.empty();
  }

  /** Index of the key that it was signed with; negative: none. */
  private int keyOf(Push push, String at, String nonce) {
    for (int i = 0; i < keys.size(); i++) {
      if (keys.get(i).fits(at, nonce, push.body(), push.signature().orElseThrow())) {
        return i;
      }
    }
    return -1;
  }

  private void forget(long now) {
    Iterator<Long> ends = seen.values().iterator();
    while (ends.hasNext() && ends.next() < now) {
      ends.remove();
    }
  }

  private static Optional<Push.Outcome> refused(Push.Kind kind, String message) {
    return Optional.of(new Push.Outcome(kind, message));
  }
}
