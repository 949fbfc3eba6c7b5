package dev.heimdall.manager.login;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.manager.RestClient;
import dev.heimdall.manager.accounts.Access;
import dev.heimdall.manager.accounts.Accounts;
import dev.heimdall.manager.accounts.PasswordHash;
import dev.heimdall.manager.accounts.Role;
import dev.heimdall.manager.audit.Action;
import dev.heimdall.manager.audit.AuditEntry;
import dev.heimdall.manager.audit.AuditLog;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.StoreException;
import dev.heimdall.secrets.StoreLocation;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Log-ins of people. */
class LogInByAccountTest {
  private static final String PASSWORD = "canary of a password";
  private static final LogIn.Outcome REFUSED = new LogIn.Outcome.Refused();

  @TempDir private Path directory;

  private final AtomicLong clock = new AtomicLong();
  private final PasswordHash hashes = new PasswordHash(10);
  private Accounts accounts;
  private AuditLog audit;
  private LogIn logIn;

  @BeforeEach
  void open() throws Exception {
    accounts = access().accounts();
    audit =
        new AuditLog(
            Optional.of(
                DocumentStore.open(new StoreLocation.Directory(directory.resolve("audit")))),
            Clock.systemUTC());
    logIn = logIn(new PasswordPlace.Made(directory.resolve("state")));
  }

  @AfterEach
  void close() {
    logIn.close();
    audit.close();
  }

  private Access access() throws StoreException {
    return Access.of(
        DocumentStore.open(new StoreLocation.Directory(directory.resolve("access"))),
        hashes,
        false,
        Clock.systemUTC(),
        clock::get);
  }

  private LogIn logIn(PasswordPlace place) throws Exception {
    return new LogIn(
        FirstAdmin.with(place, clock::get),
        Optional.of(new People(access(), hashes, clock::get)),
        audit,
        clock::get);
  }

  private LogIn.Outcome judge(String user, String password) {
    return judge(logIn, user, password);
  }

  private static LogIn.Outcome judge(LogIn logIn, String user, String password) {
    return logIn.judge(
        Optional.of(RestClient.basic(user, password)),
        Optional.empty(),
        Caller.at(InetAddress.getLoopbackAddress()));
  }

  private static String who(LogIn.Outcome outcome) {
    Principal who = ((LogIn.Outcome.In) outcome).who();
    return who.user() + " " + who.role() + " " + (who.due() == Principal.Due.PASSWORD);
  }

  private static Principal in(LogIn.Outcome outcome) {
    return ((LogIn.Outcome.In) outcome).who();
  }

  private void later() {
    clock.addAndGet(Duration.ofSeconds(40).toNanos());
  }

  private String made() throws Exception {
    return Files.readString(directory.resolve("state/manager-password"));
  }

  @Test
  void somebodyWithAnAccountHasItsRole() throws Exception {
    accounts.create("alice", Role.AUDIT, PASSWORD, "admin");

    assertThat(who(judge("alice", PASSWORD))).isEqualTo("alice AUDIT true");
    assertThat(judge("alice", PASSWORD + "x")).isEqualTo(REFUSED);
    assertThat(judge("bob", PASSWORD)).isEqualTo(REFUSED);
    assertThat(judge("", "")).isEqualTo(REFUSED);
    assertThat(who(judge("admin", made()))).isEqualTo("admin ADMIN false");
  }

  @Test
  void whatAnotherManagerChangesEndsWhatWasRightAMomentAgo() throws Exception {
    accounts.create("alice", Role.ADMIN, PASSWORD, "admin");
    assertThat(judge("alice", PASSWORD)).isInstanceOf(LogIn.Outcome.In.class);

    accounts.change("alice", Role.READ_ONLY, false, "admin");
    later();
    assertThat(who(judge("alice", PASSWORD))).isEqualTo("alice READ_ONLY true");
    accounts.reset("alice", "another password", "admin");
    later();
    assertThat(judge("alice", PASSWORD)).isEqualTo(REFUSED);
    assertThat(judge("alice", "another password")).isInstanceOf(LogIn.Outcome.In.class);
    accounts.change("alice", Role.READ_ONLY, true, "admin");
    later();
    assertThat(judge("alice", "another password")).isEqualTo(REFUSED);
    accounts.remove("alice", "admin");
    later();
    assertThat(judge("alice", "another password")).isEqualTo(REFUSED);
  }

  @Test
  void thePasswordThatTheManagerHasMadeEndsWithTheFirstUsersOwn() throws Exception {
    String first = made();
    assertThat(judge("admin", first)).isInstanceOf(LogIn.Outcome.In.class);
    accounts.changeOwn("admin", first, PASSWORD);
    later();

    assertThat(judge("admin", first)).isEqualTo(REFUSED);
    assertThat(who(judge("admin", PASSWORD))).isEqualTo("admin ADMIN false");
    assertThat(directory.resolve("state/manager-password")).doesNotExist();
  }

  @Test
  void theIdOfAnInstanceLetsTheFirstUserChangeItAndNothingElse() throws Exception {
    try (LogIn onInstance = logIn(new PasswordPlace.OfInstance("i-0123456789abcdef0"))) {
      assertThat(who(judge(onInstance, "admin", "i-0123456789abcdef0")))
          .isEqualTo("admin ADMIN true");
      accounts.changeOwn("admin", "i-0123456789abcdef0", PASSWORD);
      later();
      assertThat(judge(onInstance, "admin", "i-0123456789abcdef0")).isEqualTo(REFUSED);
    }
  }

  @Test
  void whereAccountsCannotBeReadNobodyGetsInByAPasswordThatOthersKnow() throws Exception {
    Path access = Files.createDirectories(directory.resolve("access"));
    Files.write(access.resolve("large.json"), new byte[DocumentStore.LARGEST + 1]);

    try (LogIn onInstance = logIn(new PasswordPlace.OfInstance("i-0123456789abcdef0"))) {
      assertThat(judge(onInstance, "admin", "i-0123456789abcdef0"))
          .isEqualTo(new LogIn.Outcome.Unknown());
    }
    assertThat(judge("alice", PASSWORD)).isEqualTo(new LogIn.Outcome.Unknown());
    assertThat(judge("admin", made())).isInstanceOf(LogIn.Outcome.In.class);
  }

  @Test
  void whoHasToWaitIsTakenDownOnceWithHisAddress() throws Exception {
    accounts.create("alice", Role.AUDIT, PASSWORD, "admin");
    for (int i = 0; i < 5; i++) {
      assertThat(judge("alice", "wrong")).isEqualTo(REFUSED);
    }
    assertThat(audit.noted(Action.LOG_IN_DELAYED)).isZero();
    for (int i = 0; i < 20; i++) {
      judge("alice", "wrong");
    }
    assertThat(judge("alice", PASSWORD)).isInstanceOf(LogIn.Outcome.Wait.class);
    assertThat(judge("bob", PASSWORD)).isEqualTo(REFUSED);
    for (int i = 0; i < 6; i++) {
      judge("a password in the wrong field", "wrong");
    }

    assertThat(audit.entries(100))
        .filteredOn(entry -> entry.action().equals("log_in_delayed"))
        .extracting(entry -> entry.user() + " " + entry.address())
        .containsExactlyInAnyOrder(
            "alice " + InetAddress.getLoopbackAddress().getHostAddress(),
            "unknown " + InetAddress.getLoopbackAddress().getHostAddress());
  }

  @Test
  void whoHasLoggedInIsWhoHeIsNowAndNotWhoHeWas() throws Exception {
    accounts.create("alice", Role.ADMIN, PASSWORD, "admin");
    Principal alice = in(judge("alice", PASSWORD));
    Principal first = in(judge("admin", made()));

    accounts.change("alice", Role.AUDIT, false, "admin");
    later();
    assertThat(logIn.still(alice).map(Principal::role)).contains(Role.AUDIT);
    assertThat(logIn.still(first)).contains(first);
    accounts.change("alice", Role.AUDIT, true, "admin");
    later();
    assertThat(logIn.still(alice)).isEmpty();
    accounts.change("alice", Role.AUDIT, false, "admin");
    accounts.changeOwn("alice", PASSWORD, "another password");
    accounts.changeOwn("admin", made(), PASSWORD);
    later();
    assertThat(logIn.still(alice)).isEmpty();
    assertThat(logIn.still(first)).isEmpty();
    assertThat(logIn.still(in(judge("alice", "another password")))).isPresent();
  }

  @Test
  void aVisitIsOneEntryAndWhatWasTypedAsAUserIsNone() throws Exception {
    accounts.create("alice", Role.ADMIN, PASSWORD, "admin");
    for (int i = 0; i < 3; i++) {
      assertThat(judge("alice", PASSWORD)).isInstanceOf(LogIn.Outcome.In.class);
    }
    judge("alice", "wrong");
    judge(PASSWORD, "");

    assertThat(audit.entries(10))
        .extracting(AuditEntry::action, AuditEntry::user)
        .containsExactlyInAnyOrder(
            org.assertj.core.api.Assertions.tuple("log_in", "alice"),
            org.assertj.core.api.Assertions.tuple("log_in_refused", "alice"),
            org.assertj.core.api.Assertions.tuple("log_in_refused", "unknown"));
  }
}
