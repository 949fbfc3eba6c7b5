package dev.heimdall.manager.pages;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.manager.SettableClock;
import dev.heimdall.manager.accounts.Access;
import dev.heimdall.manager.accounts.Authenticator;
import dev.heimdall.manager.accounts.PasswordHash;
import dev.heimdall.manager.accounts.Role;
import dev.heimdall.manager.audit.AuditEntry;
import dev.heimdall.manager.audit.AuditLog;
import dev.heimdall.manager.edit.Editor;
import dev.heimdall.manager.login.LogIn;
import dev.heimdall.manager.login.PasswordPlace;
import dev.heimdall.manager.masks.MaskedText;
import dev.heimdall.manager.sessions.SessionBook;
import dev.heimdall.manager.web.WebServer;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.StoreLocation;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One's own account on pages, and sessions, at two managers behind one address. */
class AccountPagesTest {
  private static final String OWN = "canary of an own password";

  @TempDir private Path directory;

  private final SettableClock clock = new SettableClock("2026-01-02T03:04:05Z");
  private final AtomicLong ahead = new AtomicLong();
  private Access access;
  private AuditLog audit;
  private Manager one;
  private Manager other;

  /** One of them. */
  private record Manager(LogIn logIn, Editor editor, WebServer server) {
    int port() {
      return server.port();
    }

    void close() {
      server.close();
      logIn.close();
      editor.close();
    }
  }

  /** What is known of the shared documents is old at each look. */
  private long nanos() {
    return ahead.addAndGet(Duration.ofSeconds(2).toNanos());
  }

  @BeforeEach
  void open() throws Exception {
    Files.createDirectory(directory.resolve("configuration"));
    Path password = Files.writeString(directory.resolve("password"), "right");
    Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-------"));
    audit =
        new AuditLog(
            Optional.of(
                DocumentStore.open(new StoreLocation.Directory(directory.resolve("audit")))),
            Clock.systemUTC());
    one = manager(password);
    other = manager(password);
    access = access();
    access.accounts().create("alice", Role.ADMIN, "given by somebody", "admin");
    access.accounts().changeOwn("alice", "given by somebody", OWN);
  }

  @AfterEach
  void close() {
    one.close();
    other.close();
    audit.close();
  }

  private DocumentStore store() throws Exception {
    return DocumentStore.open(new StoreLocation.Directory(directory.resolve("access")));
  }

  private Access access() throws Exception {
    return Access.of(store(), new PasswordHash(10), true, clock, this::nanos);
  }

  private Manager manager(Path password) throws Exception {
    Optional<Access> its = Optional.of(access());
    LogIn logIn = LogIn.with(new PasswordPlace.InFile(password), its, new PasswordHash(10), audit);
    Editor editor =
        new Editor(
            DocumentStore.open(new StoreLocation.Directory(directory.resolve("configuration"))));
    SessionBook book = new SessionBook(Optional.of(store()), Clock.systemUTC(), this::nanos);
    return new Manager(
        logIn,
        editor,
        WebServer.open(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            Optional.empty(),
            new Pages(
                editor, logIn, Optional.empty(), its, book, audit, new MaskedText(), List.of())));
  }

  private PageClient client() {
    return new PageClient(one.port());
  }

  private static String found(String pattern, String page) {
    Matcher found = Pattern.compile(pattern).matcher(page);
    assertThat(found.find()).as(page).isTrue();
    return found.group(1);
  }

  private String setUp(PageClient alice) throws Exception {
    alice.get("/second-factor").submit("/second-factor", "password", OWN);
    return found("<code class=\"key\">([A-Z2-7 ]+)</code>", alice.page()).replace(" ", "");
  }

  @Test
  void aSecondFactorFromItsSetUpToALogIn() throws Exception {
    PageClient alice = client().logIn("alice", OWN);
    PageClient elsewhere = client().logIn("alice", OWN);
    assertThat(alice.get("/account").page()).contains("Set up…");
    alice.get("/second-factor").submit("/second-factor", "password", "wrong");
    assertThat(alice.page()).contains("The password is wrong").doesNotContain("picture");
    String secret = setUp(alice);
    alice.get("/second-factor/picture.svg");
    assertThat(alice.header("Content-Type")).isEqualTo("image/svg+xml");
    assertThat(alice.header("Cache-Control")).isEqualTo("no-store");
    assertThat(alice.page()).startsWith("<svg").doesNotContain(secret);

    alice.get("/second-factor");
    alice.submit("/second-factor/confirm", "code", Authenticator.wrong(secret, clock));
    assertThat(alice.page()).contains("not the code").doesNotContain("Recovery codes");
    alice.submit("/second-factor/confirm", "code", Authenticator.code(secret, clock));
    assertThat(alice.page()).contains("is on");
    String recovery = found("<li><code>([A-Z2-7-]+)</code>", alice.page());
    assertThat(alice.get("/account").page()).contains("10 recovery codes").doesNotContain(recovery);
    assertThat(alice.get("/second-factor/picture.svg").status()).isEqualTo(404);
    assertThat(elsewhere.get("/account").path()).as("a session of before").isEqualTo("/login");

    clock.forward(Duration.ofMinutes(1));
    PageClient again = client().logIn("alice", OWN);
    assertThat(again.page()).contains("Your code");
    assertThat(again.session()).isEmpty();
    again.submit("/login/code", "code", Authenticator.wrong(secret, clock));
    assertThat(again.status()).isEqualTo(401);
    assertThat(again.session()).isEmpty();
    // The second step may be another manager's.
    again.at(other.port()).submit("/login/code", "code", Authenticator.code(secret, clock));
    assertThat(again.path()).isEqualTo("/");

    PageClient replay = client().logIn("alice", OWN);
    replay.submit("/login/code", "code", Authenticator.code(secret, clock));
    assertThat(replay.status()).isEqualTo(401);
    replay.submit("/login/code", "code", recovery);
    assertThat(replay.path()).isEqualTo("/");
    replay.get("/second-factor").submit("/second-factor/remove", "password", OWN);
    assertThat(replay.path()).isEqualTo("/account");
    assertThat(client().logIn("alice", OWN).path()).isEqualTo("/");
    assertThat(again.get("/").path()).isEqualTo("/login");
  }

  @Test
  void theSecondStepNeedsTheFirst() throws Exception {
    PageClient alice = client().logIn("alice", OWN);
    String secret = setUp(alice);
    alice.submit("/second-factor/confirm", "code", Authenticator.code(secret, clock));
    clock.forward(Duration.ofMinutes(1));
    PageClient thief = client().get("/login");
    String csrf = found("name=\"csrf\" value=\"([^\"]+)\"", thief.page());
    for (String ticket : List.of("", "x", "s.", alice.session(), "alice")) {
      thief.post(
          "/login/code", "csrf", csrf, "ticket", ticket, "code", Authenticator.code(secret, clock));
      assertThat(thief.status()).as(ticket).isEqualTo(403);
    }
    assertThat(thief.get("/account").path()).isEqualTo("/login");
    PageClient half = client().logIn("alice", OWN);
    String ticket = found("name=\"ticket\" value=\"([^\"]+)\"", half.page());
    half.with(ticket);
    assertThat(half.get("/").path()).as("a ticket is no session").isEqualTo("/login");
  }

  @Test
  void aRoleForThoseWithASecondFactorSetsItUpFirst() throws Exception {
    access.accounts().twoFactors(Set.of(Role.ADMIN));
    PageClient alice = client().logIn("alice", OWN);
    for (String path : List.of("/", "/account", "/new")) {
      assertThat(alice.get(path).path()).isEqualTo("/second-factor");
    }
    String secret = setUp(alice);
    alice.submit("/second-factor/confirm", "code", Authenticator.code(secret, clock));
    assertThat(alice.get("/account").path()).isEqualTo("/account");
    assertThat(client().logIn("admin", "right").path()).as("whose is elsewhere").isEqualTo("/");
  }

  @Test
  void aTokenIsShownOnceAndRevoked() throws Exception {
    PageClient alice = client().logIn("alice", OWN).get("/account");
    alice.submit("/account/tokens", "name", "<b>ci", "role", "audit", "days", "0");
    assertThat(alice.status()).isEqualTo(400);
    alice.get("/account").submit("/account/tokens", "name", "<b>ci", "role", "audit", "days", "30");
    assertThat(alice.page()).contains("&lt;b").doesNotContain("<b>ci");
    String word = found("(heimdall_[0-9a-f]{16}_[A-Za-z0-9_-]{43})", alice.page());
    assertThat(alice.get("/account").page()).contains("never").doesNotContain(word);
    alice.submit("/account/tokens/" + word.split("_")[1] + "/revoke");
    assertThat(alice.page()).contains("The token is revoked.").contains("None yet");
  }

  @Test
  void nobodysFormsAreTakenForHers() throws Exception {
    PageClient alice = client().logIn("alice", OWN).get("/account");
    for (String path :
        List.of(
            "/second-factor",
            "/second-factor/confirm",
            "/second-factor/remove",
            "/account/tokens",
            "/account/tokens/x/revoke",
            "/password",
            "/logout")) {
      assertThat(alice.post(path, "csrf", "x", "password", OWN).status()).as(path).isEqualTo(403);
      assertThat(alice.post(path, "password", OWN).status()).as(path).isEqualTo(403);
    }
    assertThat(access.tokens().all()).isEmpty();
    assertThat(access.accounts().find("alice").orElseThrow().factor()).isEmpty();
    assertThat(alice.get("/account").path()).isEqualTo("/account");
  }

  @Test
  void aSessionGoesOnAtAnotherManagerAndEndsAtBoth() throws Exception {
    PageClient alice = client().logIn("alice", OWN).get("/account");
    String stolen = alice.session();
    assertThat(client().with(stolen).get("/account").path()).isEqualTo("/account");
    assertThat(alice.at(other.port()).get("/account").path()).isEqualTo("/account");
    alice.submit("/logout");
    assertThat(alice.path()).isEqualTo("/login");

    PageClient thief = client().with(stolen);
    assertThat(thief.get("/account").path()).isEqualTo("/login");
    assertThat(thief.at(other.port()).with(stolen).get("/account").path()).isEqualTo("/login");
    assertThat(audit.entries(20))
        .extracting(AuditEntry::action)
        .contains("log_in", "log_out", "session_ended");
  }

  @Test
  void aLogInIsAnotherSessionThanTheOneThatWasThere() throws Exception {
    PageClient shared = client().logIn("admin", "right");
    String planted = shared.session();
    shared.logIn("alice", OWN);
    assertThat(shared.session()).isNotEqualTo(planted);
    assertThat(shared.get("/account").page()).contains("<h1>alice</h1>");
    PageClient thief = client().with(planted);
    assertThat(thief.get("/account").path()).as("the one that was planted").isEqualTo("/login");
  }
}
