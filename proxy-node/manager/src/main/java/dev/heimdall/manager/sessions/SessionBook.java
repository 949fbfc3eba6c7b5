package dev.heimdall.manager.sessions;

import dev.heimdall.manager.store.SharedDocument;
import dev.heimdall.model.report.LogLine;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.StoreException;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Seals what browsers keep of their sessions, with a key that managers over one place share, so
 * that a session goes on at another one and after a restart; and knows which sessions have ended.
 * Without a place, and as long as that was never reached, the key is this manager's and ends with
 * it. May be called by any thread; may wait for the place.
 */
public final class SessionBook {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall.manager");

  /** Those beyond are let go, the ones that would end first first. */
  static final int MOST_ENDED = 4096;

  private static final String SHARED = "s.";
  private static final String OWN = "o.";

  private final Optional<SharedDocument<Book>> document;
  private final Clock clock;
  private final byte[] own = Seal.random(Seal.KEY_BYTES);
  private final Map<String, Instant> endedHere = new ConcurrentHashMap<>();

  /**
   * @param store empty: nothing is shared
   */
  public SessionBook(Optional<DocumentStore> store, Clock clock, LongSupplier nanoClock) {
    document =
        store.map(place -> new SharedDocument<>(place, "sessions.json", new BookForm(), nanoClock));
    this.clock = clock;
  }

  /**
   * Seals a text.
   *
   * @param purpose what it is for: it is opened for nothing else
   */
  public String seal(String purpose, String text) {
    try {
      Optional<byte[]> shared = document.isEmpty() ? Optional.empty() : Optional.of(key());
      if (shared.isPresent()) {
        return SHARED + Seal.of(shared.get(), purpose, text);
      }
    } catch (StoreException e) {
      new LogLine("a session ends with this manager, as the key that others have cannot be read")
          .pair("reason", String.valueOf(e.getMessage()))
          .log(LOG, Level.WARN);
    }
    return OWN + Seal.of(own, purpose, text);
  }

  private byte[] key() throws StoreException {
    SharedDocument<Book> shared = document.orElseThrow();
    Optional<byte[]> key = shared.value().keyBytes();
    return key.isPresent()
        ? key.get()
        : shared
            .change(
                book -> book.keyBytes().isPresent() ? book : book.with(Seal.random(Seal.KEY_BYTES)))
            .keyBytes()
            .orElseThrow();
  }

  /**
   * Opens a text sealed for this purpose; empty if it was not, or was changed, or the key is
   * another one.
   */
  public Optional<String> open(String purpose, String sealed) {
    if (sealed.startsWith(OWN)) {
      return Seal.open(own, purpose, sealed.substring(OWN.length()));
    }
    if (!sealed.startsWith(SHARED) || document.isEmpty()) {
      return Optional.empty();
    }
    try {
      return document
          .get()
          .value()
          .keyBytes()
          .flatMap(key -> Seal.open(key, purpose, sealed.substring(SHARED.length())));
    } catch (StoreException e) {
      return Optional.empty();
    }
  }

  /** True if a session has ended before its time. */
  public boolean hasEnded(String id) {
    if (endedHere.containsKey(id)) {
      return true;
    }
    try {
      return document.isPresent() && document.get().value().ended().containsKey(id);
    } catch (StoreException e) {
      return false;
    }
  }

  /**
   * Ends a session, at all managers.
   *
   * @param until when it would have ended by itself
   */
  public void end(String id, Instant until) {
    Instant now = clock.instant();
    endedHere.values().removeIf(end -> end.isBefore(now));
    endedHere.put(id, until);
    while (endedHere.size() > MOST_ENDED) {
      endedHere.entrySet().stream().min(Map.Entry.comparingByValue()).ifPresent(this::forget);
    }
    if (document.isEmpty()) {
      return;
    }
    try {
      document.get().change(book -> book.ended(id, until, now));
    } catch (StoreException e) {
      new LogLine("a session has ended at this manager only, as others cannot be told")
          .pair("reason", String.valueOf(e.getMessage()))
          .log(LOG, Level.WARN);
    }
  }

  private void forget(Map.Entry<String, Instant> ended) {
    endedHere.remove(ended.getKey());
  }

  /** Number of sessions ended here that would otherwise go on. */
  int endedHere() {
    return endedHere.size();
  }
}
