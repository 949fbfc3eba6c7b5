package dev.heimdall.engine.config;

import dev.heimdall.model.Configuration;
import dev.heimdall.model.ConfigurationException;
import dev.heimdall.model.ConfigurationReader;
import dev.heimdall.model.FoundClusters;
import dev.heimdall.model.Problem;
import dev.heimdall.model.RegionFacts;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at a configuration directory once a second and publishes each new state of it once: a right
 * one to {@code apply}, a wrong one to {@code refused}. A directory that is being written is left
 * alone until it looks the same twice. All that it calls runs on the watcher's own thread, one at a
 * time.
 */
public final class ConfigurationWatcher implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ConfigurationWatcher.class);
  private static final Duration PERIOD = Duration.ofSeconds(1);
  private static final Duration CLOSING = Duration.ofSeconds(5);

  private final Path dir;
  private final CommitGate commits;
  private final RegionFacts facts;
  private final FoundClusters found;
  private final Runnable asked;
  private final Consumer<Configuration> apply;
  private final Consumer<ConfigurationException> refused;
  private final Duration period;
  private final Thread thread;
  private final Object lock = new Object();

  // Guarded by the lock.
  private boolean reload;
  private boolean closed;

  // Used by one thread only: the watcher's, once it was started.
  private Configuration running;
  private Fingerprint runningFiles;
  private Fingerprint seen;
  private Fingerprint handled;
  private List<Problem> reported = List.of();
  private boolean lost;

  // Written by that thread, read by any.
  private volatile Standing standing = new Standing("", Instant.EPOCH, Optional.empty());
  private volatile Optional<Instant> looked = Optional.empty();
  private volatile Optional<String> trouble = Optional.empty();

  /** Configuration in force and its start, and the problem of the one that should be in force. */
  private record Standing(String hash, Instant applied, Optional<String> refused) {
    Standing refused(Optional<String> problem) {
      return new Standing(hash, applied, problem);
    }
  }

  /**
   * @param dir the configuration directory
   * @param facts what references to the region in it stand for
   * @param found what is known of clusters that it names by an ARN alone
   * @param asked is run before the directory is read on demand, and may write to it
   * @param apply gets each new right configuration
   * @param refused gets all problems of each new wrong one; the last right one stays in force
   */
  public ConfigurationWatcher(
      Path dir,
      RegionFacts facts,
      FoundClusters found,
      Runnable asked,
      Consumer<Configuration> apply,
      Consumer<ConfigurationException> refused) {
    this(dir, facts, found, asked, apply, refused, PERIOD);
  }

  ConfigurationWatcher(
      Path dir,
      RegionFacts facts,
      FoundClusters found,
      Runnable asked,
      Consumer<Configuration> apply,
      Consumer<ConfigurationException> refused,
      Duration period) {
    this.dir = dir.toAbsolutePath().normalize();
    this.commits = new CommitGate(this.dir);
    this.facts = facts;
    this.found = found;
    this.asked = asked;
    this.apply = apply;
    this.refused = refused;
    this.period = period;
    this.thread = new Thread(this::run, "configuration-watcher");
    this.thread.setDaemon(true);
  }

  /**
   * Begins to watch; once only.
   *
   * @param current what the node runs with: a change since it was read is found, the same state
   *     again is not published
   */
  public void start(Configuration current) {
    begin(current);
    thread.start();
  }

  void begin(Configuration current) {
    running = current;
    runningFiles = Fingerprint.ofFiles(current.referencedFiles());
    Fingerprint now = fingerprint();
    standing = new Standing(now == null ? "" : hash(now), Instant.now(), Optional.empty());
  }

  /**
   * State of the configuration that the node runs with.
   *
   * @param origin where its documents come from, if not simply from the directory
   */
  public ConfigurationState state(Optional<Origin> origin) {
    Standing now = standing;
    Origin from =
        origin.orElseGet(
            () -> new Origin(dir.toString(), Optional.empty(), looked, trouble, Optional.empty()));
    // The directory shows a right copy then, so there is nothing that was refused here.
    boolean wrongThere = from.copy().isPresent() && from.trouble().isEmpty();
    return new ConfigurationState(
        from,
        now.hash(),
        now.applied(),
        wrongThere
            ? Optional.of("what is there was wrong when the node started; the log says where")
            : now.refused(),
        Instant.now());
  }

  /** To be called by who was to apply a configuration and could not; the old one stays. */
  public void notApplied(String problem) {
    standing = standing.refused(Optional.of(problem));
  }

  private String hash(Fingerprint files) {
    return files.hash(dir);
  }

  /**
   * Reads the directory at once, as on SIGHUP, and publishes the outcome even when nothing seems to
   * have changed. Returns without waiting for it.
   */
  public void reloadNow() {
    synchronized (lock) {
      reload = true;
      lock.notifyAll();
    }
  }

  /** Ends watching. Afterwards neither consumer is called, unless one does not come back in 5 s. */
  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
      lock.notifyAll();
    }
    if (Thread.currentThread() == thread) {
      return;
    }
    try {
      thread.join(CLOSING.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      while (true) {
        boolean now;
        synchronized (lock) {
          if (!reload && !closed) {
            lock.wait(period.toMillis());
          }
          if (closed) {
            return;
          }
          now = reload;
          reload = false;
        }
        guarded(now ? this::read : this::look);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Runs a look and catches all errors: if watching ended, it would not be noticed before an edit
   * fails to take effect.
   */
  private void guarded(Runnable look) {
    try {
      look.run();
    } catch (RuntimeException | Error e) {
      String problem = "looking at it met an error in Heimdall: " + e;
      if (!standing.refused().equals(Optional.of(problem))) {
        LOG.error("The configuration stays as it is: reading it met an error in Heimdall", e);
        notApplied(problem);
      }
    }
  }

  /** One look at the directory, as once a second. */
  void look() {
    if (!isWhole()) {
      return;
    }
    Fingerprint now = fingerprint();
    if (now == null) {
      return;
    }
    if (!now.equals(seen)) {
      seen = now;
      return;
    }
    // A wrong configuration may become right by a file that is not watched: a certificate that it
    // names and that was missing. So it is tried again, and reported only if it is wrong in a new
    // way.
    if (!now.equals(handled) || !reported.isEmpty()) {
      load(now, false);
    }
  }

  /** One look on demand: without waiting for a second one, and never silent. */
  void read() {
    asked.run();
    if (!isWhole()) {
      return;
    }
    Fingerprint now = fingerprint();
    seen = now;
    load(now, true);
  }

  private void load(Fingerprint now, boolean asked) {
    boolean changed = !Objects.equals(now, handled);
    try {
      Configuration read = ConfigurationReader.read(dir, facts, found);
      Fingerprint files = Fingerprint.ofFiles(read.referencedFiles());
      if (!asked && movedSince(now)) {
        return;
      }
      handled = now;
      reported = List.of();
      standing = standing.refused(Optional.empty());
      if (asked || !read.equals(running) || !files.equals(runningFiles)) {
        publish(read, files, now);
      }
    } catch (ConfigurationException e) {
      if (!asked && movedSince(now)) {
        return;
      }
      handled = now;
      standing = standing.refused(Optional.of(e.problems().get(0).toString()));
      if (asked || changed || !e.problems().equals(reported)) {
        reported = e.problems();
        call(() -> refused.accept(e));
      }
    }
  }

  private void publish(Configuration read, Fingerprint files, Fingerprint all) {
    Standing before = standing;
    standing = new Standing(hash(all), Instant.now(), Optional.empty());
    if (call(() -> apply.accept(read))) {
      running = read;
      runningFiles = files;
    }
    Optional<String> refused = standing.refused();
    if (refused.isPresent()) {
      standing = before.refused(refused);
    }
  }

  /** True if all of the last commit can be seen. */
  private boolean isWhole() {
    Optional<String> incomplete = commits.incomplete();
    incomplete.ifPresent(
        why -> trouble = Optional.of("the last commit to it is not complete: " + why));
    return incomplete.isEmpty();
  }

  /** True if a file was written during the read: then what was read is an unintended mixture. */
  private boolean movedSince(Fingerprint before) {
    Fingerprint after = fingerprint();
    if (before.equals(after)) {
      return false;
    }
    seen = after;
    return true;
  }

  private boolean call(Runnable consumer) {
    try {
      consumer.run();
      return true;
    } catch (RuntimeException | Error e) {
      LOG.error("The configuration was read, but taking it over failed; the old one stays", e);
      notApplied("taking it over failed: " + e);
      return false;
    }
  }

  private Fingerprint fingerprint() {
    try {
      Set<Path> files = running.referencedFiles();
      Fingerprint now = Fingerprint.of(dir, files);
      looked = Optional.of(Instant.now());
      trouble = Optional.empty();
      if (lost) {
        LOG.info("The configuration directory {} can be read again", dir);
        lost = false;
      }
      return now;
    } catch (IOException e) {
      trouble = Optional.of("the directory cannot be read: " + e);
      if (!lost) {
        LOG.warn(
            "The configuration directory {} cannot be read ({}); the configuration stays as it is",
            dir,
            e.toString());
        lost = true;
      }
      return null;
    }
  }
}
