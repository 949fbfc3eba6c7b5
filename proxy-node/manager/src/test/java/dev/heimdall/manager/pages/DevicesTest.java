package dev.heimdall.manager.pages;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.manager.accounts.Access;
import dev.heimdall.manager.accounts.PasswordHash;
import dev.heimdall.manager.accounts.Role;
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
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Browsers that are known, at two managers over one place, while others guess beside them. */
class DevicesTest {
  private static final String ALICE = "alice has this one";
  private static final String BOB = "bob has that one";

  @TempDir private Path directory;

  private Manager one;
  private Manager other;

  private record Manager(LogIn logIn, Editor editor, WebServer server) {
    void close() {
      server.close();
      logIn.close();
      editor.close();
    }
  }

  @BeforeEach
  void open() throws Exception {
    Files.createDirectory(directory.resolve("configuration"));
    Path password = Files.writeString(directory.resolve("password"), "right");
    Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-------"));
    one = manager(password);
    other = manager(password);
    for (String user : List.of("alice", "bob")) {
      access().accounts().create(user, Role.ADMIN, "given by somebody", "admin");
      String own = user.equals("alice") ? ALICE : BOB;
      access().accounts().changeOwn(user, "given by somebody", own);
    }
  }

  @AfterEach
  void close() {
    one.close();
    other.close();
  }

  private DocumentStore store() throws Exception {
    return DocumentStore.open(new StoreLocation.Directory(directory.resolve("own")));
  }

  private Access access() throws Exception {
    return Access.of(store(), new PasswordHash(10), true, Clock.systemUTC(), System::nanoTime);
  }

  private SessionBook book() throws Exception {
    return new SessionBook(Optional.of(store()), Clock.systemUTC(), System::nanoTime);
  }

  private Manager manager(Path password) throws Exception {
    Optional<Access> its = Optional.of(access());
    AuditLog audit = new AuditLog(Optional.empty(), Clock.systemUTC());
    LogIn logIn = LogIn.with(new PasswordPlace.InFile(password), its, new PasswordHash(10), audit);
    Editor editor =
        new Editor(
            DocumentStore.open(new StoreLocation.Directory(directory.resolve("configuration"))));
    WebServer server =
        WebServer.open(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            Optional.empty(),
            new Pages(
                editor, logIn, Optional.empty(), its, book(), audit, new MaskedText(), List.of()));
    return new Manager(logIn, editor, server);
  }

  private static PageClient at(Manager manager) {
    return new PageClient(manager.server().port());
  }

  /** Somebody tries passwords of a user until he has to wait. */
  private static void guess(Manager manager, String user) throws Exception {
    PageClient stranger = at(manager);
    for (int i = 0; i < 100; i++) {
      if (stranger.logIn(user, "a guess").status() == 429) {
        return;
      }
    }
    throw new AssertionError("guesses never have to wait");
  }

  private static void assertIn(PageClient client) {
    assertThat(client.path()).as(client.page()).isEqualTo("/");
    assertThat(client.status()).isEqualTo(200);
  }

  @Test
  void aKnownBrowserIsNotDelayedByGuessesBesideItAtAnyManager() throws Exception {
    PageClient alice = at(one).logIn("alice", ALICE);
    assertIn(alice);
    guess(one, "alice");
    guess(other, "alice");

    assertThat(at(one).logIn("alice", ALICE).status()).as("another browser").isEqualTo(429);
    assertIn(alice.logIn("alice", ALICE));
    assertIn(alice.at(other.server().port()).logIn("alice", ALICE));
  }

  @Test
  void theCookieIsOfItsUserAlone() throws Exception {
    PageClient alice = at(one).logIn("alice", ALICE);
    assertIn(alice);
    guess(one, "bob");
    assertThat(alice.logIn("bob", BOB).status()).isEqualTo(429);

    PageClient thief = at(one).with(deviceCookie("bob"), alice.cookie(deviceCookie("alice")));
    assertThat(thief.logIn("bob", BOB).status()).as("under another name").isEqualTo(429);
  }

  @Test
  void twoPeopleMayUseOneBrowser() throws Exception {
    PageClient shared = at(one).logIn("alice", ALICE);
    assertIn(shared);
    assertIn(shared.logIn("bob", BOB));
    guess(one, "alice");
    guess(one, "bob");
    assertIn(shared.logIn("alice", ALICE));
    assertIn(shared.logIn("bob", BOB));
  }

  @Test
  void aStolenCookieGivesItsThiefAFewGuesses() throws Exception {
    PageClient alice = at(one).logIn("alice", ALICE);
    PageClient thief = at(one).with(deviceCookie("alice"), alice.cookie(deviceCookie("alice")));
    int looked = 0;
    while (thief.logIn("alice", "a guess").status() == 401) {
      looked++;
    }
    assertThat(thief.status()).isEqualTo(429);
    assertThat(looked).isBetween(5, 8);
    assertIn(at(one).logIn("alice", ALICE));
  }

  @Test
  void onesThatAreOldOrMadeUpCountForNothing() throws Exception {
    guess(one, "alice");
    long old = Instant.now().minus(Devices.KNOWN).minus(Duration.ofHours(1)).getEpochSecond();
    for (String cookie :
        List.of(
            "s.forged",
            "",
            "s.",
            book().seal("device", "an id\n" + old + "\nalice"),
            book().seal("session", "an id\n" + Instant.now().getEpochSecond() + "\nalice"))) {
      assertThat(at(one).with(deviceCookie("alice"), cookie).logIn("alice", ALICE).status())
          .as(cookie)
          .isEqualTo(429);
    }
    long now = Instant.now().getEpochSecond();
    String sealed = book().seal("device", "an id\n" + now + "\nalice");
    assertIn(at(one).with(deviceCookie("alice"), sealed).logIn("alice", ALICE));
  }

  @Test
  void itIsKeptForHalfAYearAndSentToTheManagerAlone() throws Exception {
    List<String> set = at(one).cookiesOfALogIn("alice", ALICE);
    assertThat(set)
        .filteredOn(cookie -> cookie.startsWith(deviceCookie("alice")))
        .singleElement()
        .satisfies(
            cookie ->
                assertThat(cookie)
                    .contains("; HttpOnly", "; SameSite=Strict", "; Path=/", "; Max-Age=15552000")
                    .doesNotContain("alice"));
    assertThat(at(one).cookiesOfALogIn("alice", "a guess"))
        .noneMatch(cookie -> cookie.contains("device"));
  }

  private static String deviceCookie(String user) {
    return "heimdall-device-" + UUID.nameUUIDFromBytes(user.getBytes(StandardCharsets.UTF_8));
  }
}
