package dev.heimdall.engine.cache;

import dev.heimdall.engine.cache.far.FarFigures;
import dev.heimdall.engine.cache.far.FarTier;
import dev.heimdall.engine.cache.far.Miss;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/** Results that the nodes of a fleet keep for each other. May be used from any thread. */
public final class FarResults {
  private static final int VERSION = 4;

  private final FarTier tier;
  private final LongAdder outdated = new LongAdder();

  FarResults(FarTier tier) {
    this.tier = tier;
  }

  /**
   * Returns the key of a result at all nodes: a digest that does not reveal its input.
   *
   * @param of texts that tell apart where it is from and who asks
   */
  public static byte[] key(List<String> of, byte[] text, byte[] values) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update((byte) VERSION);
      for (String each : of) {
        part(digest, each.getBytes(StandardCharsets.UTF_8));
      }
      part(digest, text);
      part(digest, values);
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java has it
    }
  }

  private static void part(MessageDigest digest, byte[] bytes) {
    digest.update(ByteBuffer.allocate(4).putInt(bytes.length).array());
    digest.update(bytes);
  }

  /**
   * Asks for a result.
   *
   * @param then gets it on the loop, or null where there is none
   * @return false where there is none, as is known at once: then no callback runs
   */
  public boolean ask(byte[] key, Executor loop, Consumer<FarResult> then) {
    return tier.get(
        key,
        Long.MAX_VALUE,
        loop,
        new FarTier.Receiver() {
          @Override
          public void found(byte[] answer) {
            then.accept(FarResult.decode(answer));
          }

          @Override
          public void absent(Miss why) {
            then.accept(null);
          }
        });
  }

  /** Counts a found result that is no longer valid, or may not be: it is not served. */
  public void outdated() {
    outdated.increment();
  }

  long outdatedSoFar() {
    return outdated.sum();
  }

  FarFigures figures() {
    return tier.figures();
  }

  /** Keeps a result for the others, or does not. */
  public void put(byte[] key, FarResult result, long nanos) {
    tier.put(key, result.encoded(), Duration.ofNanos(nanos));
  }
}
