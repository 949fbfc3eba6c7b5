package dev.heimdall.manager.masks;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heimdall.manager.store.SharedDocument;
import dev.heimdall.model.report.LogLine;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.StoreException;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The key that words of masks are made with. Managers over one place share it and find it again
 * when they start, so that a mask stays the same as long as its secret does. Without a place, and
 * as long as that was never reached, the key is this manager's and ends with it. May be called by
 * any thread; may wait for the place.
 */
public final class MaskKey {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.manager");
  private static final int BYTES = 32;
  private static final Duration AGAIN = Duration.ofSeconds(10);

  private static final class Form implements SharedDocument.Form<Optional<byte[]>> {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Override
    public Optional<byte[]> read(Optional<Content> written) throws StoreException {
      if (written.isEmpty()) {
        return Optional.empty();
      }
      try {
        byte[] key =
            Base64.getDecoder().decode(JSON.readTree(written.get().bytes()).path("key").asText());
        if (key.length == BYTES) {
          return Optional.of(key);
        }
      } catch (IOException | IllegalArgumentException e) {
        // What the parser says may quote the key.
      }
      throw StoreException.corrupt("The manager's masks.json is not as the manager writes it.");
    }

    @Override
    public Content write(Optional<byte[]> key) {
      return Content.of(
          JSON.createObjectNode()
                  .put("key", Base64.getEncoder().encodeToString(key.orElseThrow()))
                  .toPrettyString()
              + "\n");
    }
  }

  private final Optional<SharedDocument<Optional<byte[]>>> document;
  private final LongSupplier nanoClock;
  private final byte[] own = random();
  private volatile byte[] shared;
  private volatile long next;

  /**
   * @param store empty: nothing is shared
   */
  public MaskKey(Optional<DocumentStore> store, LongSupplier nanoClock) {
    document = store.map(place -> new SharedDocument<>(place, "masks.json", new Form(), nanoClock));
    this.nanoClock = nanoClock;
    next = nanoClock.getAsLong();
  }

  private static byte[] random() {
    byte[] bytes = new byte[BYTES];
    new SecureRandom().nextBytes(bytes);
    return bytes;
  }

  /** As it is from now on; the caller does not change it. */
  byte[] bytes() {
    byte[] known = shared;
    if (known != null) {
      return known;
    }
    if (document.isEmpty() || nanoClock.getAsLong() - next < 0) {
      return own;
    }
    try {
      shared =
          document.get().change(key -> key.isPresent() ? key : Optional.of(random())).orElseThrow();
      return shared;
    } catch (StoreException e) {
      next = nanoClock.getAsLong() + AGAIN.toNanos();
      new LogLine("masks of secrets change when this manager restarts, as the key cannot be read")
          .pair("reason", String.valueOf(e.getMessage()))
          .log(LOG, Level.WARN);
      return own;
    }
  }
}
