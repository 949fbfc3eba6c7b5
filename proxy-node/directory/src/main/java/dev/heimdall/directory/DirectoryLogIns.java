package dev.heimdall.directory;

import dev.heimdall.directory.DirectoryAnswer.Crowded;
import dev.heimdall.directory.DirectoryAnswer.Unavailable;
import dev.heimdall.model.LdapSettings;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Has a directory decide on log-ins, without ever keeping the caller: on threads of its own, no
 * more than it may have and none while nothing waits, for origins in turn. Thread-safe.
 */
public final class DirectoryLogIns {
  private final LdapDirectory directory;
  private final RememberedAnswers remembered;
  private final Turns<Waiting> turns;
  private final int concurrency;
  private final ThreadPoolExecutor threads;
  private int running;

  private record Waiting(
      String user, String password, BooleanSupplier awaited, Consumer<DirectoryAnswer> then) {
    @Override
    public String toString() {
      return "Waiting[" + user + "]";
    }
  }

  /**
   * @param settings with servers
   * @throws IOException as {@link #check}
   */
  public DirectoryLogIns(LdapSettings settings, DirectoryEvents events) throws IOException {
    this(
        settings,
        events,
        System::nanoTime,
        task -> {
          Thread thread = new Thread(task, "directory");
          thread.setDaemon(true);
          return thread;
        });
  }

  DirectoryLogIns(
      LdapSettings settings, DirectoryEvents events, LongSupplier clock, ThreadFactory made)
      throws IOException {
    check(settings);
    directory = new LdapDirectory(settings, events, clock);
    remembered = new RememberedAnswers(settings.keepAccepted(), settings.keepRejected(), clock);
    turns = new Turns<>(settings.waiting());
    concurrency = settings.concurrency();
    threads =
        new ThreadPoolExecutor(
            concurrency, concurrency, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), made);
    threads.allowCoreThreadTimeOut(true);
  }

  /**
   * Checks that such settings can be used.
   *
   * @throws IOException where not; the message names the setting
   */
  public static void check(LdapSettings settings) throws IOException {
    try {
      new LdapDirectory(settings, new Unheard(), System::nanoTime);
    } catch (IllegalArgumentException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private record Unheard() implements DirectoryEvents {
    @Override
    public void unavailable(String server, String why) {}

    @Override
    public void available(String server) {}

    @Override
    public void unusable(String user, String why) {}
  }

  /**
   * Checks that user and password belong together.
   *
   * @param origin whom log-ins take turns by
   * @param awaited whether anybody still wants to know, asked when the turn has come
   * @param then gets the answer, at once or on another thread; not called where not needed
   */
  public void check(
      Object origin,
      String user,
      String password,
      BooleanSupplier awaited,
      Consumer<DirectoryAnswer> then) {
    Optional<DirectoryAnswer> known = remembered.of(user, password);
    if (known.isPresent()) {
      then.accept(known.get());
      return;
    }
    DirectoryAnswer refused = queue(origin, new Waiting(user, password, awaited, then));
    if (refused != null) {
      then.accept(refused);
    }
  }

  /** Null where it waits now. */
  private synchronized DirectoryAnswer queue(Object origin, Waiting one) {
    if (!turns.add(origin, one)) {
      return new Crowded();
    }
    if (running == concurrency) {
      return null;
    }
    running++;
    try {
      threads.execute(this::work);
    } catch (RuntimeException | Error e) {
      running--;
      if (running == 0) {
        turns.next(); // the one that was added: with no log-in at work nothing else waits
        return new Unavailable("no thread: " + e);
      }
    }
    return null;
  }

  private void work() {
    for (Waiting one = next(); one != null; one = next()) {
      try {
        if (one.awaited.getAsBoolean()) {
          one.then.accept(decide(one));
        }
      } catch (RejectedExecutionException e) {
        continue; // who waited has ended with its event loop; others wait for this thread
      } catch (RuntimeException | Error e) {
        Thread thread = Thread.currentThread();
        thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
      }
    }
  }

  private synchronized Waiting next() {
    Waiting one = turns.next();
    if (one == null) {
      running--;
    }
    return one;
  }

  private DirectoryAnswer decide(Waiting one) {
    try {
      // Others with the same password may have had their turn meanwhile.
      Optional<DirectoryAnswer> known = remembered.of(one.user, one.password);
      if (known.isPresent()) {
        return known.get();
      }
      DirectoryAnswer answer = directory.ask(one.user, one.password);
      remembered.remember(one.user, one.password, answer);
      return answer;
    } catch (RuntimeException | Error e) {
      return new Unavailable("unexpected: " + e);
    }
  }
}
