package dev.heimdall.engine.changes;

import dev.heimdall.engine.jdbc.JdbcDrivers;
import dev.heimdall.model.DataSource;
import dev.heimdall.model.ServerAddress;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Objects;
import java.util.Optional;

/**
 * Listens to whichever server is the writer, and tries again when that fails. Another writer, a
 * failure and a reader that is too late are gaps.
 */
public final class WriterFeed implements AutoCloseable {
  private static final long SHORTEST_PAUSE_MILLIS = 100;
  private static final long LONGEST_PAUSE_MILLIS = 10_000;

  /** Hears when a feed begins to follow, and when it stops; on the feed's thread. */
  public interface Listener {
    void following(FeedStatus now);

    void gap(FeedStatus now);

    /** An error in the node has ended a reader. */
    void failed(Throwable cause);
  }

  private final DataSource source;
  private final ChangeProtocol.Way way;
  private final ChangeSink sink;
  private final Listener listener;
  private final Thread thread;

  // Guarded by this object.
  private Phase phase = Phase.STARTING;
  private String detail = "not connected yet";
  private Target target;
  private ChangeReader reader;
  private long lastAt;
  private long changes;
  private long own;
  private long gaps;
  private long behindBytes = -1;

  /** True if the present reader has come to follow. */
  private boolean followedSince;

  /**
   * @param run which run of the server, as the cluster names it
   */
  private record Target(ServerAddress address, String run) {}

  public WriterFeed(DataSource source, ChangeProtocol.Way way, ChangeSink sink, Listener listener) {
    this.source = source;
    this.way = way;
    this.sink = sink;
    this.listener = listener;
    thread = new Thread(this::run, "changes-" + source.name() + "-" + way.way());
    thread.setDaemon(true);
  }

  public void start() {
    thread.start();
  }

  /**
   * Sets the server that is the writer: it alone is listened to. To be called for each snapshot of
   * the cluster; does not wait.
   *
   * @param run which run of that server
   */
  public void follow(Optional<ServerAddress> writer, String run) {
    ChangeReader old;
    synchronized (this) {
      Target next = writer.map(address -> new Target(address, run)).orElse(null);
      if (phase == Phase.CLOSED || Objects.equals(next, target)) {
        return;
      }
      target = next;
      old = reader;
      reader = null;
      notifyAll();
    }
    if (old != null) {
      // At once: what the new writer commits is not heard before it is listened to.
      become(
          Phase.AWAY,
          writer.map(address -> address + " is the writer now").orElse("there is no writer"));
      old.close();
    }
  }

  private void run() {
    long pause = SHORTEST_PAUSE_MILLIS;
    while (true) {
      Target to = next();
      if (to == null) {
        return;
      }
      boolean followed = false;
      long rest = 0;
      try (ChangeReader opened = way.opening().open(source.at(to.address()), sink)) {
        if (take(opened, to)) {
          opened.read(new Heard(opened));
          away(to, "the server has ended the connection");
        }
      } catch (FeedFault e) {
        away(to, e.getMessage());
        rest = LONGEST_PAUSE_MILLIS;
      } catch (SQLException | IOException e) {
        away(to, reason(e));
      } catch (InterruptedException e) {
        return;
      } catch (Exception | Error e) {
        away(to, "an error in the node: " + e.getClass().getSimpleName());
        listener.failed(e);
      } finally {
        synchronized (this) {
          followed = gone();
        }
      }
      pause = followed ? SHORTEST_PAUSE_MILLIS : Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
      if (!pause(to, Math.max(rest, pause))) {
        return;
      }
    }
  }

  /** The writer; null when this is over. */
  private synchronized Target next() {
    while (target == null && phase != Phase.CLOSED) {
      try {
        wait();
      } catch (InterruptedException e) {
        return null;
      }
    }
    return phase == Phase.CLOSED ? null : target;
  }

  private synchronized boolean take(ChangeReader opened, Target of) {
    boolean wanted = phase != Phase.CLOSED && of.equals(target);
    reader = wanted ? opened : null;
    followedSince = false;
    return wanted;
  }

  private boolean gone() {
    reader = null;
    behindBytes = -1;
    return followedSince;
  }

  private synchronized boolean pause(Target after, long millis) {
    long end = System.nanoTime() + millis * 1_000_000;
    while (phase != Phase.CLOSED && after.equals(target)) {
      long left = (end - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        break;
      }
      try {
        wait(left);
      } catch (InterruptedException e) {
        return false;
      }
    }
    return phase != Phase.CLOSED;
  }

  private void away(Target of, String why) {
    synchronized (this) {
      if (phase == Phase.CLOSED || !of.equals(target)) {
        return; // it was told to leave
      }
    }
    become(Phase.AWAY, why);
  }

  /** The only place where the phase changes. */
  private void become(Phase next, String why) {
    FeedStatus now;
    boolean began;
    boolean ended;
    synchronized (this) {
      if (phase == Phase.CLOSED) {
        return;
      }
      began = next == Phase.FOLLOWING && phase != Phase.FOLLOWING;
      ended = next != Phase.FOLLOWING && (phase == Phase.FOLLOWING || !why.equals(detail));
      gaps += phase == Phase.FOLLOWING && next != Phase.FOLLOWING ? 1 : 0;
      phase = next;
      detail = why;
      followedSince |= began;
      if (began) {
        sink.following();
      } else if (next != Phase.FOLLOWING) {
        sink.gap(why);
      }
      now = status();
    }
    if (began) {
      listener.following(now);
    } else if (ended && next != Phase.CLOSED) {
      listener.gap(now);
    }
  }

  private static String reason(Throwable failure) {
    return JdbcDrivers.reason(failure);
  }

  private final class Heard implements ChangeReader.Progress {
    private final ChangeReader by;

    Heard(ChangeReader by) {
      this.by = by;
    }

    /** True if it is the one that is listened to, and was not told to leave. */
    private boolean present() {
      return by == reader;
    }

    @Override
    public void following() {
      synchronized (WriterFeed.this) {
        if (present()) {
          become(Phase.FOLLOWING, "");
        }
      }
    }

    @Override
    public void behind(String why) {
      synchronized (WriterFeed.this) {
        if (present()) {
          become(Phase.BEHIND, why);
        }
      }
    }

    @Override
    public void heard(int tables, boolean news) {
      synchronized (WriterFeed.this) {
        changes += tables;
        own += news ? 0 : tables;
        lastAt = System.currentTimeMillis();
      }
    }

    @Override
    public void behind(long bytes) {
      synchronized (WriterFeed.this) {
        behindBytes = bytes;
      }
    }
  }

  public synchronized FeedStatus status() {
    return new FeedStatus(
        source.name(),
        way.way(),
        way.database(),
        phase,
        Optional.ofNullable(target).map(Target::address),
        detail,
        lastAt,
        changes,
        own,
        gaps,
        behindBytes);
  }

  /** Ends it, without waiting for its last step. */
  @Override
  public void close() {
    ChangeReader open;
    synchronized (this) {
      become(Phase.CLOSED, "closed");
      open = reader;
      notifyAll();
    }
    if (open != null) {
      open.close();
    }
    thread.interrupt();
  }
}
