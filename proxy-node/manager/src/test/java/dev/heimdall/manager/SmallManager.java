package dev.heimdall.manager;

import dev.heimdall.manager.accounts.Access;
import dev.heimdall.manager.accounts.PasswordHash;
import dev.heimdall.manager.accounts.Role;
import dev.heimdall.manager.audit.AuditLog;
import dev.heimdall.manager.edit.Editor;
import dev.heimdall.manager.edit.FileCheck;
import dev.heimdall.manager.history.History;
import dev.heimdall.manager.login.LogIn;
import dev.heimdall.manager.login.PasswordPlace;
import dev.heimdall.manager.masks.MaskedText;
import dev.heimdall.manager.pages.PageClient;
import dev.heimdall.manager.pages.Pages;
import dev.heimdall.manager.pages.Subject;
import dev.heimdall.manager.rest.Api;
import dev.heimdall.manager.rest.Resource;
import dev.heimdall.manager.sessions.SessionBook;
import dev.heimdall.manager.web.Site;
import dev.heimdall.manager.web.WebServer;
import dev.heimdall.model.RegionFacts;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.StoreLocation;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/**
 * Those parts of a manager that a test needs, over one directory: a configuration, who logs in, and
 * what answers over HTTP.
 */
public final class SmallManager implements AutoCloseable {
  private static final Clock CLOCK = Clock.systemUTC();

  private final AuditLog audit = new AuditLog(Optional.empty(), CLOCK);
  private final MaskedText masks = new MaskedText();
  private final Path configuration;
  private final Path password;
  private final Optional<DocumentStore> own;
  private final Optional<Access> access;
  private final LogIn logIn;
  private final Editor editor;
  private WebServer server;

  private SmallManager(Path directory, Optional<DocumentStore> own, Optional<History> history)
      throws Exception {
    this(directory, own, history, read -> List.of());
  }

  private SmallManager(
      Path directory, Optional<DocumentStore> own, Optional<History> history, FileCheck files)
      throws Exception {
    configuration = Files.createDirectory(directory.resolve("configuration"));
    password = Files.writeString(directory.resolve("password"), "right");
    Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-------"));
    PasswordHash hashes = new PasswordHash(10);
    this.own = own;
    access =
        own.isEmpty()
            ? Optional.empty()
            : Optional.of(Access.of(own.get(), hashes, true, CLOCK, System::nanoTime));
    logIn = LogIn.with(new PasswordPlace.InFile(password), access, hashes, audit);
    editor =
        new Editor(
            DocumentStore.open(new StoreLocation.Directory(configuration)),
            history,
            audit,
            files,
            RegionFacts.unknown());
  }

  /** One that knows admin, whose password is {@code right}, and nobody else. */
  public static SmallManager alone(Path directory) throws Exception {
    return new SmallManager(directory, Optional.empty(), Optional.empty());
  }

  /** The same, which writes down what became of its configuration. */
  public static SmallManager withHistory(Path directory) throws Exception {
    History history = new History(store(directory, "history"), History.Kept.standard(), CLOCK);
    return new SmallManager(directory, Optional.empty(), Optional.of(history));
  }

  /** One that has accounts and sessions besides admin. */
  public static SmallManager withAccounts(Path directory) throws Exception {
    return new SmallManager(directory, Optional.of(store(directory, "own")), Optional.empty());
  }

  /** The same, whose checks also take what these take. */
  public static SmallManager withAccounts(Path directory, FileCheck files) throws Exception {
    return new SmallManager(
        directory, Optional.of(store(directory, "own")), Optional.empty(), files);
  }

  private static DocumentStore store(Path directory, String name) throws Exception {
    Path made = Files.createDirectory(directory.resolve(name));
    return DocumentStore.open(new StoreLocation.Directory(made));
  }

  /** Adds one with its own password, which it need not change. */
  public void account(String user, Role role, String chosen) throws Exception {
    access().accounts().create(user, role, "given by somebody", "admin");
    access().accounts().changeOwn(user, "given by somebody", chosen);
  }

  /** Answers by the REST API, with these resources besides. */
  public void serveApi(Resource... more) throws IOException {
    serve(new Api(editor, logIn, "test", access, audit, masks, List.of(more)));
  }

  /** Answers by pages, with these subjects besides. */
  public void servePages(Subject... more) throws IOException {
    SessionBook book = new SessionBook(own, CLOCK, System::nanoTime);
    serve(new Pages(editor, logIn, Optional.empty(), access, book, audit, masks, List.of(more)));
  }

  public void serve(Site site) throws IOException {
    server =
        WebServer.open(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), Optional.empty(), site);
  }

  public int port() {
    return server.port();
  }

  /** A program of admin's. */
  public RestClient rest() {
    return new RestClient(port(), "admin", "right");
  }

  /** A browser in which nobody has logged in. */
  public PageClient browser() {
    return new PageClient(port());
  }

  public Path configuration() {
    return configuration;
  }

  /** Writes a document behind the manager's back. */
  public void write(String name, String text) throws IOException {
    Path file = configuration.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  /** A document as it is. */
  public String written(String name) throws IOException {
    return Files.readString(configuration.resolve(name));
  }

  /** The file with the password of admin. */
  public Path password() {
    return password;
  }

  public Access access() {
    return access.orElseThrow();
  }

  public AuditLog audit() {
    return audit;
  }

  public MaskedText masks() {
    return masks;
  }

  public LogIn logIn() {
    return logIn;
  }

  public Editor editor() {
    return editor;
  }

  @Override
  public void close() {
    if (server != null) {
      server.close();
    }
    logIn.close();
    editor.close();
  }
}
