package dev.heimdall.manager.login;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.manager.RestClient;
import dev.heimdall.manager.SettableClock;
import dev.heimdall.manager.accounts.Access;
import dev.heimdall.manager.accounts.Authenticator;
import dev.heimdall.manager.accounts.PasswordHash;
import dev.heimdall.manager.accounts.Role;
import dev.heimdall.manager.accounts.Token;
import dev.heimdall.manager.audit.AuditEntry;
import dev.heimdall.manager.audit.AuditLog;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.StoreException;
import dev.heimdall.secrets.StoreLocation;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Log-ins with codes and with tokens, at two managers. */
class SecondFactorLogInTest {
  private static final String PASSWORD = "canary of a password";
  private static final String OWN = "canary of an own password";
  private static final InetAddress HERE = InetAddress.getLoopbackAddress();

  @TempDir private Path directory;

  private final AtomicLong nanos = new AtomicLong();
  private final SettableClock clock = new SettableClock("2026-01-02T03:04:05Z");
  private final PasswordHash hashes = new PasswordHash(10);
  private Access access;
  private AuditLog audit;
  private LogIn one;
  private LogIn other;
  private String secret;
  private List<String> recovery;

  @BeforeEach
  void open() throws Exception {
    access = access();
    audit =
        new AuditLog(
            Optional.of(
                DocumentStore.open(new StoreLocation.Directory(directory.resolve("audit")))),
            clock);
    one = logIn();
    other = logIn();
    access.accounts().create("alice", Role.ADMIN, PASSWORD, "admin");
    access.accounts().changeOwn("alice", PASSWORD, OWN);
    secret = access.factors().offer("alice");
    recovery = access.factors().confirm("alice", code());
    later();
  }

  @AfterEach
  void close() {
    one.close();
    other.close();
    audit.close();
  }

  private Access access() throws StoreException {
    return Access.of(
        DocumentStore.open(new StoreLocation.Directory(directory.resolve("access"))),
        hashes,
        false,
        clock,
        nanos::get);
  }

  private LogIn logIn() throws Exception {
    return new LogIn(
        FirstAdmin.with(new PasswordPlace.Made(directory.resolve("state")), nanos::get),
        Optional.of(new People(access(), hashes, nanos::get)),
        audit,
        nanos::get);
  }

  private String code() {
    return Authenticator.code(secret, clock);
  }

  private void later() {
    later(Duration.ofSeconds(40));
  }

  private void later(Duration time) {
    clock.forward(time);
    nanos.addAndGet(time.toNanos());
  }

  private static InetAddress address(int last) throws Exception {
    return InetAddress.getByAddress(new byte[] {10, 0, (byte) (last >> 8), (byte) last});
  }

  private static LogIn.Outcome basic(LogIn logIn, Optional<String> code) {
    return logIn.judge(Optional.of(RestClient.basic("alice", OWN)), code, Caller.at(HERE));
  }

  private LogIn.Outcome code(LogIn logIn, String code, InetAddress from) {
    LogIn.Outcome asked = logIn.judge("alice", OWN, Caller.at(from));
    return asked instanceof LogIn.Outcome.CodeNeeded needed
        ? logIn.judgeCode(needed.who(), code, Caller.at(from))
        : asked;
  }

  @Test
  void aPasswordAloneIsNotEnough() {
    assertThat(one.judge("alice", OWN, Caller.at(HERE)))
        .isInstanceOf(LogIn.Outcome.CodeNeeded.class);
    assertThat(basic(one, Optional.empty())).isInstanceOf(LogIn.Outcome.CodeNeeded.class);
    assertThat(basic(one, Optional.of(Authenticator.wrong(secret, clock))))
        .isInstanceOf(LogIn.Outcome.Refused.class);
    assertThat(basic(one, Optional.of(code()))).isInstanceOf(LogIn.Outcome.In.class);
    assertThat(one.judge("alice", OWN + "x", Caller.at(HERE)))
        .isInstanceOf(LogIn.Outcome.Refused.class);
  }

  @Test
  void aCodeIsGoodOnceAtWhicheverManager() {
    String code = code();
    assertThat(code(one, code, HERE)).isInstanceOf(LogIn.Outcome.In.class);
    assertThat(code(one, code, HERE)).isInstanceOf(LogIn.Outcome.Refused.class);
    assertThat(code(other, code, HERE)).isInstanceOf(LogIn.Outcome.Refused.class);
    later();
    assertThat(code(other, code(), HERE)).isInstanceOf(LogIn.Outcome.In.class);
  }

  @Test
  void aRecoveryCodeIsGoodOnceAtWhicheverManager() throws Exception {
    assertThat(code(one, recovery.get(3), HERE)).isInstanceOf(LogIn.Outcome.In.class);
    assertThat(code(other, recovery.get(3), HERE)).isInstanceOf(LogIn.Outcome.Refused.class);
    assertThat(code(other, recovery.get(4), HERE)).isInstanceOf(LogIn.Outcome.In.class);
    nanos.addAndGet(Duration.ofSeconds(2).toNanos());
    assertThat(access.accounts().find("alice").orElseThrow().factor().orElseThrow().recovery())
        .hasSize(8);
    assertThat(audit.entries(20))
        .extracting(AuditEntry::subject)
        .contains("recovery code")
        .noneMatch(subject -> subject.contains(recovery.get(3)));
  }

  /** Whoever has stolen the password shows it again and again; that forgives no wrong code. */
  @Test
  void whoHasThePasswordGetsOnlyAFewGuessesAtTheCode() throws Exception {
    int looked = 0;
    for (int i = 0; i < 400; i++) {
      if (code(one, Authenticator.wrong(secret, clock), address(i))
          instanceof LogIn.Outcome.Refused) {
        looked++;
      }
    }
    assertThat(looked).isEqualTo(10);
    assertThat(code(one, code(), address(500))).isInstanceOf(LogIn.Outcome.Wait.class);
    assertThat(code(one, code(), HERE)).as("its owner").isInstanceOf(LogIn.Outcome.In.class);
    for (int i = 0; i < 12; i++) {
      later(Duration.ofMinutes(5));
      for (int j = 0; j < 5; j++) {
        code(one, Authenticator.wrong(secret, clock), address(1000 + 5 * i + j));
      }
    }
    assertThat(code(one, Authenticator.wrong(secret, clock), address(9999)))
        .isInstanceOf(LogIn.Outcome.Wait.class);
  }

  @Test
  void fromOneAddressGuessesAtCodesAreSlowedDownAsThoseAtPasswordsAre() throws Exception {
    for (int i = 0; i < 5; i++) {
      assertThat(code(one, Authenticator.wrong(secret, clock), address(1)))
          .isInstanceOf(LogIn.Outcome.Refused.class);
    }
    assertThat(code(one, code(), address(1))).isInstanceOf(LogIn.Outcome.Wait.class);
  }

  @Test
  void aTicketOfBeforeIsWorthNothingAfterThePasswordChanges() throws Exception {
    Principal before = ((LogIn.Outcome.CodeNeeded) one.judge("alice", OWN, Caller.at(HERE))).who();
    access.accounts().changeOwn("alice", OWN, "another canary of hers");
    nanos.addAndGet(Duration.ofSeconds(2).toNanos());
    assertThat(one.judgeCode(before, code(), Caller.at(HERE)))
        .isInstanceOf(LogIn.Outcome.Refused.class);
  }

  @Test
  void sessionsOfBeforeTheSecondFactorEndWithIt() throws Exception {
    access.factors().remove("alice");
    later();
    Principal before = ((LogIn.Outcome.In) one.judge("alice", OWN, Caller.at(HERE))).who();
    secret = access.factors().offer("alice");
    later();
    assertThat(one.still(before)).as("nothing is on yet").isPresent();
    access.factors().confirm("alice", code());
    later();
    assertThat(one.still(before)).isEmpty();
  }

  @Test
  void aRoleForThoseWithASecondFactorHasTheOthersSetOneUp() throws Exception {
    access.accounts().create("bob", Role.AUDIT, PASSWORD, "admin");
    access.accounts().changeOwn("bob", PASSWORD, OWN);
    access.accounts().twoFactors(Set.of(Role.AUDIT));
    later();
    Principal bob = ((LogIn.Outcome.In) one.judge("bob", OWN, Caller.at(HERE))).who();
    assertThat(bob.due()).isEqualTo(Principal.Due.SECOND_FACTOR);
    access.accounts().twoFactors(Set.of());
    later();
    assertThat(one.still(bob).orElseThrow().due()).isEqualTo(Principal.Due.NOTHING);
  }

  private LogIn.Outcome bearer(LogIn logIn, String word) {
    return logIn.judge(Optional.of("Bearer " + word), Optional.empty(), Caller.at(HERE));
  }

  private String token(Role role, int days) throws Exception {
    return access
        .tokens()
        .create(
            "alice", access.accounts().find("alice").orElseThrow().created().at(), "ci", role, days)
        .word();
  }

  @Test
  void aTokenIsItsOwnerWithoutACodeUntilItExpiresOrIsRevoked() throws Exception {
    String word = token(Role.AUDIT, 1);
    String revoked = token(Role.ADMIN, 30);
    later();
    Principal who = ((LogIn.Outcome.In) bearer(other, word)).who();
    assertThat(who.user() + " " + who.role() + " " + who.means()).isEqualTo("alice AUDIT TOKEN");
    assertThat(bearer(other, word.substring(0, word.length() - 1) + "!"))
        .isInstanceOf(LogIn.Outcome.Refused.class);
    assertThat(bearer(other, revoked)).isInstanceOf(LogIn.Outcome.In.class);

    String id = revoked.split("_")[1];
    access.tokens().revoke(id, Optional.of("alice"));
    later(Duration.ofMinutes(1));
    assertThat(bearer(other, revoked)).isInstanceOf(LogIn.Outcome.Refused.class);
    assertThat(bearer(other, word)).isInstanceOf(LogIn.Outcome.In.class);
    later(Duration.ofDays(1));
    assertThat(bearer(other, word)).isInstanceOf(LogIn.Outcome.Refused.class);
  }

  @Test
  void aTokenMayNoMoreThanItsOwnerByNowAndEndsWithHim() throws Exception {
    String word = token(Role.ADMIN, 30);
    access.accounts().change("alice", Role.READ_ONLY, false, "admin");
    later();
    assertThat(((LogIn.Outcome.In) bearer(one, word)).who().role()).isEqualTo(Role.READ_ONLY);
    access.accounts().change("alice", Role.ADMIN, true, "admin");
    later();
    assertThat(bearer(one, word)).isInstanceOf(LogIn.Outcome.Refused.class);
    access.accounts().remove("alice", "admin");
    later();
    access.accounts().create("alice", Role.ADMIN, PASSWORD, "admin");
    access.accounts().changeOwn("alice", PASSWORD, OWN);
    later();
    assertThat(bearer(one, word))
        .as("somebody else's now")
        .isInstanceOf(LogIn.Outcome.Refused.class);
  }

  @Test
  void whenATokenWasUsedIsKnownAndItsWordIsKeptNowhere() throws Exception {
    String word = token(Role.AUDIT, 30);
    later();
    assertThat(bearer(one, word)).isInstanceOf(LogIn.Outcome.In.class);
    later();
    String noted = audit.entries(50).toString(); // and written: no file comes or goes
    Token token = access.tokens().of("alice").get(0);
    assertThat(token.used()).isPresent();
    try (var files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
            .as(file.toString())
            .doesNotContain(word, word.substring(word.length() - 20));
      }
    }
    assertThat(token + noted).doesNotContain(word);
  }
}
