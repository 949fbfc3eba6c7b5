package dev.heimdall.secrets;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory that follows a store, for a node that reads its configuration from files. The store
 * is looked at again and again, more seldom while it is away; what was right last is kept on disk,
 * and is what the directory shows as long as the store has not been reached since the start.
 */
public final class StoreMirror implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StoreMirror.class);
  private static final Duration LONGEST = Duration.ofMinutes(2);
  private static final String JSON = ".json";
  private static final Duration CLOSING = Duration.ofSeconds(5);

  private final DocumentStore store;
  private final Options options;
  private final MirrorDirectory directory;
  private final Thread thread;
  private final Object lock = new Object();

  // Guarded by the lock.
  private boolean closed;

  // Guarded by this.
  private Documents shown = Documents.of(Map.of());
  private SortedMap<String, Content> contents = new TreeMap<>();
  private Set<String> named = new TreeSet<>();
  private NamedSecrets.Read held = NamedSecrets.Read.nothing();
  private boolean storeTrouble;
  private Duration pause;

  // Changed by who holds it, and read by any: a look at the store may take long.
  private volatile State state =
      new State("", Optional.empty(), Optional.empty(), Optional.empty());

  /**
   * State of the mirror.
   *
   * @param version of the documents that the store was seen to hold last; empty: none
   * @param looked when the store could be looked at last
   * @param trouble what is the matter with the store; empty: nothing
   * @param copy when that was right of which the directory shows the copy, as long as nothing from
   *     the store has been right
   */
  public record State(
      String version, Optional<Instant> looked, Optional<String> trouble, Optional<Instant> copy) {
    State looked(Documents seen, Instant at) {
      return new State(seen.version(), Optional.of(at), Optional.empty(), copy);
    }

    State trouble(String what) {
      return new State(version, looked, Optional.of(what), copy);
    }

    State copy(Optional<Instant> of) {
      return new State(version, looked, trouble, of);
    }
  }

  /**
   * Options for following a store.
   *
   * @param interval how often it is looked at
   * @param copy what was right last; empty: nothing is kept
   * @param right whether the documents in a directory are a right configuration
   * @param secrets empty: what documents name in place of secrets is not read
   */
  public record Options(
      Duration interval,
      Optional<LastGoodCopy> copy,
      Predicate<Path> right,
      Optional<Secrets> secrets) {
    /** One whose secrets are not read. */
    public Options(Duration interval, Optional<LastGoodCopy> copy, Predicate<Path> right) {
      this(interval, copy, right, Optional.empty());
    }
  }

  /**
   * References that documents hold in place of secrets.
   *
   * @param source reads them; closed with the mirror
   * @param named the names that are in a document's text
   * @param file of the directory, in which readers of the documents find what they hold
   */
  public record Secrets(
      NamedSecrets source, Function<String, ? extends Collection<String>> named, String file) {}

  private StoreMirror(DocumentStore store, Options options, MirrorDirectory directory) {
    this.store = store;
    this.options = options;
    this.directory = directory;
    pause = options.interval();
    thread = new Thread(this::run, "configuration-store");
    thread.setDaemon(true);
  }

  /**
   * Loads all documents and begins to follow them. The store is closed with the mirror.
   *
   * @throws StoreException when it cannot be read, or holds nothing, and there is no copy
   */
  public static StoreMirror start(DocumentStore store, Options options) throws StoreException {
    MirrorDirectory directory;
    try {
      directory = MirrorDirectory.create();
    } catch (IOException e) {
      store.close();
      throw new StoreException(
          StoreException.Kind.MISSING,
          "There is no place for the documents of "
              + store.location()
              + ": "
              + e.getMessage()
              + ".",
          e);
    }
    StoreMirror mirror = new StoreMirror(store, options, directory);
    try {
      mirror.begin();
    } catch (StoreException | RuntimeException e) {
      mirror.close();
      throw e;
    }
    mirror.thread.start();
    return mirror;
  }

  /** Systemd's directory for what does not outlive the service; memory; any. */
  static List<Path> places(Function<String, String> environment) {
    return Stream.of(
            environment.apply("RUNTIME_DIRECTORY"),
            environment.apply("XDG_RUNTIME_DIR"),
            "/dev/shm",
            System.getProperty("java.io.tmpdir"))
        .filter(place -> place != null && !place.isEmpty())
        .map(Path::of)
        .toList();
  }

  private synchronized void begin() throws StoreException {
    StoreException failure;
    try {
      Documents read = store.read();
      if (read.all().isEmpty()) {
        throw new StoreException(
            StoreException.Kind.MISSING,
            store.location()
                + " holds no documents: "
                + (store.location() instanceof StoreLocation.Directory
                    ? "is its file system mounted? If it is, write them"
                    : "write them")
                + " with `heimdall config push DIR "
                + store.location()
                + "`.");
      }
      named = named(read.contents());
      held = secrets(true);
      if (!held.troubles().isEmpty()) {
        recallSecrets();
        held = knownSecrets();
      }
      show(read.contents());
      shown = read;
      state = looked();
      if (options.right().test(directory.path())) {
        keep(read);
        return;
      }
      // As it is wrong, something older may still do; else its reader tells what is wrong.
      if (copy().isPresent()) {
        LOG.error("The configuration in {} is wrong", store.location());
        recover();
      }
      return;
    } catch (StoreException e) {
      failure = e;
    }
    if (!recover()) {
      throw new StoreException(
          failure.kind(),
          failure.getMessage()
              + options
                  .copy()
                  .map(copy -> " There is no copy of it here yet (" + copy + ").")
                  .orElse(""),
          failure);
    }
    storeTrouble = true;
    state = state.trouble(failure.getMessage());
    LOG.warn("{}", failure.getMessage());
  }

  /** Shows the copy; false: there is none. */
  private boolean recover() {
    Optional<LastGoodCopy.Saved> saved = copy();
    if (saved.isEmpty()) {
      return false;
    }
    recallSecrets();
    try {
      named.addAll(named(saved.get().contents()));
      held = knownSecrets();
      show(saved.get().contents());
    } catch (StoreException e) {
      LOG.error("The copy of {} cannot be shown: {}", store.location(), e.getMessage());
      return false;
    }
    state = state.copy(Optional.of(saved.get().at()));
    LOG.warn(
        "The configuration is the copy of {} that was right at {}",
        store.location(),
        saved.get().at());
    return true;
  }

  /** Secrets Manager may be away as well, or have been so before. */
  private void recallSecrets() {
    if (options.secrets().isPresent()) {
      copy().ifPresent(saved -> options.secrets().get().source().recall(saved.secrets()));
    }
  }

  private Optional<LastGoodCopy.Saved> copy() {
    try {
      return options.copy().isEmpty() ? Optional.empty() : options.copy().get().load();
    } catch (IOException e) {
      LOG.error("What was right last in {} is lost: {}", store.location(), e.getMessage());
      return Optional.empty();
    }
  }

  /** The directory that shows what the store holds. */
  public Path directory() {
    return directory.path();
  }

  /** Location that the documents come from. */
  public StoreLocation location() {
    return store.location();
  }

  /** Returns the state of the mirror; never waits for the store. */
  public State state() {
    return state;
  }

  private void run() {
    try {
      while (true) {
        Duration next;
        synchronized (this) {
          next = pause;
        }
        synchronized (lock) {
          if (!closed) {
            lock.wait(next.toMillis());
          }
          if (closed) {
            return;
          }
        }
        look(false);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Looks at the store, and at the secrets that documents name, at once; waits for both. */
  public void look() {
    look(true);
  }

  private synchronized void look(boolean atOnce) {
    try {
      Optional<Documents> changed = store.readIfChanged(shown);
      if (changed.isPresent()) {
        follow(changed.get(), atOnce);
      } else {
        followSecrets(atOnce);
      }
      pause = options.interval();
      boolean back = storeTrouble;
      storeTrouble = false;
      state = looked();
      if (back) {
        LOG.info("{} can be read again", store.location());
      }
    } catch (StoreException e) {
      Duration longer = pause.multipliedBy(2);
      pause = longer.compareTo(LONGEST) > 0 ? longest() : longer;
      boolean known = state.trouble().equals(Optional.of(e.getMessage()));
      storeTrouble = true;
      state = state.trouble(e.getMessage());
      if (!known) {
        LOG.warn("{} The configuration stays as it is", e.getMessage());
      }
      followSecretsAlone();
    } catch (RuntimeException | Error e) {
      // Who follows it no more would not be missed before the next edit.
      LOG.error("Looking at {} met an error in Heimdall", store.location(), e);
    }
  }

  private Duration longest() {
    return options.interval().compareTo(LONGEST) > 0 ? options.interval() : LONGEST;
  }

  private void follow(Documents changed, boolean atOnce) throws StoreException {
    if (changed.all().isEmpty()) {
      throw new StoreException(
          StoreException.Kind.MISSING, store.location() + " holds no documents any more.");
    }
    named = named(changed.contents());
    held = secrets(atOnce);
    show(changed.contents());
    shown = changed;
    if (options.right().test(directory.path())) {
      state = state.copy(Optional.empty());
      keep(changed);
    }
  }

  /** The documents are as they were; what the secrets hold that they name may not be. */
  private void followSecrets(boolean atOnce) throws StoreException {
    NamedSecrets.Read before = held;
    held = secrets(atOnce);
    if (held.content().equals(before.content())) {
      return;
    }
    SortedMap<String, Content> shownBefore = contents;
    boolean read = !shown.all().isEmpty();
    // What was wrong there may have been nothing but a secret that could not be read.
    show(read ? shown.contents() : contents);
    if (read && options.right().test(directory.path())) {
      state = state.copy(Optional.empty());
      keep(shown);
    } else if (state.copy().isPresent()) {
      show(shownBefore);
    }
  }

  private void followSecretsAlone() {
    try {
      followSecrets(false);
    } catch (StoreException e) {
      LOG.warn("{}", e.getMessage());
    }
  }

  private NamedSecrets.Read secrets(boolean atOnce) {
    return options
        .secrets()
        .map(of -> of.source().read(named, atOnce))
        .orElse(NamedSecrets.Read.nothing());
  }

  private NamedSecrets.Read knownSecrets() {
    return options
        .secrets()
        .map(of -> of.source().known(named))
        .orElse(NamedSecrets.Read.nothing());
  }

  private Set<String> named(SortedMap<String, Content> documents) {
    Set<String> names = new TreeSet<>();
    options
        .secrets()
        .ifPresent(
            of ->
                documents.forEach(
                    (name, content) -> {
                      if (name.endsWith(JSON)) {
                        names.addAll(
                            of.named().apply(new String(content.bytes(), StandardCharsets.UTF_8)));
                      }
                    }));
    return names;
  }

  private void show(SortedMap<String, Content> documents) throws StoreException {
    SortedMap<String, Content> all = new TreeMap<>(documents);
    // Before the documents: who reads these finds the secrets there.
    options
        .secrets()
        .filter(of -> !named.isEmpty())
        .ifPresent(of -> all.put(of.file(), held.content()));
    try {
      directory.show(all);
      contents = documents;
    } catch (IOException e) {
      throw new StoreException(
          StoreException.Kind.UNREACHABLE,
          "The documents of "
              + store.location()
              + " cannot be written to "
              + directory.path()
              + ": "
              + e
              + ".",
          e);
    }
  }

  private State looked() {
    State looked = state.looked(shown, Instant.now());
    return held.troubles().isEmpty()
        ? looked
        : looked.trouble(held.troubles().get(held.troubles().firstKey()));
  }

  private void keep(Documents right) {
    if (options.copy().isEmpty()) {
      return;
    }
    SortedMap<String, Content> contents = new TreeMap<>(right.contents());
    try {
      options.copy().get().save(contents, knownSecrets().texts());
    } catch (IOException e) {
      LOG.warn(
          "No copy of {} could be kept for a time without it: {}",
          store.location(),
          e.getMessage() == null ? e.toString() : e.getMessage());
    }
  }

  /** Ends following, and deletes the directory. */
  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
      lock.notifyAll();
    }
    try {
      thread.join(CLOSING.toMillis());
      directory.delete();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      LOG.warn("{} could not be deleted: {}", directory.path(), e.toString());
    }
    store.close();
    options.secrets().ifPresent(of -> of.source().close());
  }
}
