package dev.heimdall.secrets.credentials;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Credentials in a secret, remembered and read again from time to time, and when a server rejects
 * them. However many ask, it is read by one at a time; while it cannot be read, what was read last
 * goes on being used.
 */
final class SecretCredentials implements DatabaseCredentials {
  private static final Logger LOG = LoggerFactory.getLogger(CredentialSources.class);

  /** Age below which credentials need not be read again because a server rejects them. */
  private static final long FRESH = TimeUnit.MILLISECONDS.toNanos(200);

  private static final long FIRST_REST = TimeUnit.MILLISECONDS.toNanos(250);
  private static final long LONGEST_REST = TimeUnit.SECONDS.toNanos(5);

  private final String name;
  private final SecretReader reader;
  private final Duration refresh;
  private final Executor executor;
  private final LongSupplier clock;
  private final Refusals refusals = new Refusals();

  private DatabaseLogin current;
  private long readAt;
  private CompletableFuture<DatabaseLogin> reading;

  /** Reason that the last reading failed; null when it did not. */
  private CredentialsException failure;

  private long restUntil;
  private long rest;

  /** Login that was current before {@link #current}; null while it has not been looked up. */
  private Optional<DatabaseLogin> previous;

  private CompletableFuture<Optional<DatabaseLogin>> readingPrevious;

  /**
   * @param executor where the secret is read
   * @param clock as {@link System#nanoTime}
   */
  SecretCredentials(
      String name, SecretReader reader, Duration refresh, Executor executor, LongSupplier clock) {
    this.name = name;
    this.reader = reader;
    this.refresh = refresh;
    this.executor = executor;
    this.clock = clock;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public synchronized CompletableFuture<DatabaseLogin> login(String host, int port) {
    long now = clock.getAsLong();
    if (refusals.bars(host + ":" + port, now)) {
      return CompletableFuture.failedFuture(
          new CredentialsException(
              CredentialsException.Kind.REFUSED,
              "the server at "
                  + host
                  + ":"
                  + port
                  + " refuses what the secret \""
                  + reader.name()
                  + "\" holds; it is asked again soon"));
    }
    if (current == null) {
      return read(now);
    }
    if (now - readAt > refresh.toNanos()) {
      read(now); // for those who connect later
    }
    return CompletableFuture.completedFuture(current);
  }

  @Override
  public synchronized CompletableFuture<Optional<DatabaseLogin>> instead(
      DatabaseLogin refused, String host, int port) {
    long now = clock.getAsLong();
    String server = host + ":" + port;
    if (current == null || !refused.version().equals(current.version())) {
      return CompletableFuture.completedFuture(afterPrevious(refused, server, now));
    }
    CompletableFuture<DatabaseLogin> newest =
        now - readAt < FRESH ? CompletableFuture.completedFuture(current) : read(now);
    // Who cannot read the secret tries what is known.
    return newest
        .exceptionally(unread -> refused)
        .thenCompose(
            login ->
                login.version().equals(refused.version())
                    ? previously(server)
                    : CompletableFuture.completedFuture(Optional.of(login)));
  }

  /** A version that is not current was refused: the previous one, or one of before it. */
  private Optional<DatabaseLogin> afterPrevious(DatabaseLogin refused, String server, long now) {
    boolean last =
        current == null
            || previous != null
                && previous.map(login -> login.version().equals(refused.version())).orElse(false);
    if (last) {
      refusals.add(server, now);
      return Optional.empty();
    }
    return Optional.of(current);
  }

  private synchronized CompletableFuture<Optional<DatabaseLogin>> previously(String server) {
    if (previous != null) {
      return CompletableFuture.completedFuture(given(previous, server));
    }
    CompletableFuture<Optional<DatabaseLogin>> reply = readingPrevious;
    if (reply == null) {
      DatabaseLogin of = current;
      CompletableFuture<Optional<DatabaseLogin>> begun = new CompletableFuture<>();
      reply = begun;
      readingPrevious = begun;
      start(
          () -> {
            Optional<DatabaseLogin> found;
            try {
              found = reader.read(Stage.AWSPREVIOUS);
            } catch (CredentialsException e) {
              LOG.warn("{}", e.getMessage());
              found = null;
            }
            begun.complete(keepPrevious(of, found));
          },
          begun);
    }
    return reply.handle((found, e) -> given(e == null ? found : Optional.empty(), server));
  }

  /**
   * @param found null when it could not be read
   */
  private synchronized Optional<DatabaseLogin> keepPrevious(
      DatabaseLogin of, Optional<DatabaseLogin> found) {
    readingPrevious = null;
    if (found == null) {
      return Optional.empty();
    }
    Optional<DatabaseLogin> other = found.filter(login -> !login.version().equals(of.version()));
    if (of == current) {
      previous = other;
    }
    return other;
  }

  private synchronized Optional<DatabaseLogin> given(Optional<DatabaseLogin> found, String server) {
    if (found.isEmpty()) {
      refusals.add(server, clock.getAsLong());
    }
    return found;
  }

  /** The reading under way, or a new one; with the lock held. */
  private CompletableFuture<DatabaseLogin> read(long now) {
    if (reading != null) {
      return reading;
    }
    if (failure != null && now - restUntil < 0) {
      return CompletableFuture.failedFuture(failure);
    }
    CompletableFuture<DatabaseLogin> reply = new CompletableFuture<>();
    reading = reply;
    start(
        () -> {
          try {
            DatabaseLogin login =
                reader
                    .read(Stage.AWSCURRENT)
                    .orElseThrow(
                        () ->
                            new CredentialsException(
                                CredentialsException.Kind.WRONG,
                                "the secret \"" + reader.name() + "\" has no current version"));
            reply.complete(keep(login));
          } catch (CredentialsException e) {
            failed(e);
            reply.completeExceptionally(e);
          }
        },
        reply);
    return reply;
  }

  private void start(Runnable task, CompletableFuture<?> reply) {
    try {
      executor.execute(
          () -> {
            try {
              task.run();
            } catch (RuntimeException | Error e) {
              // Those who wait for it, and all who come later, wait for this one.
              ended(reply, e.getClass().getSimpleName());
            }
          });
    } catch (RejectedExecutionException e) {
      ended(reply, "the node is stopping");
    }
  }

  private void ended(CompletableFuture<?> reply, String why) {
    CredentialsException said =
        new CredentialsException(
            CredentialsException.Kind.AWAY,
            "cannot read the secret \"" + reader.name() + "\": " + why);
    synchronized (this) {
      if (reply == reading) {
        reading = null;
      } else {
        readingPrevious = null;
      }
    }
    reply.completeExceptionally(said);
  }

  private synchronized DatabaseLogin keep(DatabaseLogin login) {
    reading = null;
    readAt = clock.getAsLong();
    if (failure != null) {
      LOG.info("the secret \"{}\" can be read again", reader.name());
    }
    failure = null;
    rest = 0;
    if (current == null || !current.version().equals(login.version())) {
      if (current != null) {
        LOG.info(
            "the secret \"{}\" has a new version, {}: connections are made with it from now on",
            reader.name(),
            login.version());
      }
      current = login;
      previous = null;
    }
    return current;
  }

  private synchronized void failed(CredentialsException why) {
    reading = null;
    if (failure == null || !failure.getMessage().equals(why.getMessage())) {
      LOG.warn(
          "{}{}",
          why.getMessage(),
          current == null ? "" : "; what it said before is used as long as servers take it");
    }
    failure = why;
    rest = Math.min(LONGEST_REST, Math.max(FIRST_REST, 2 * rest));
    restUntil = clock.getAsLong() + rest;
  }
}
