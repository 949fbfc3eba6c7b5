package dev.heimdall.manager.pages;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.manager.SettableClock;
import dev.heimdall.manager.accounts.Role;
import dev.heimdall.manager.login.Principal;
import dev.heimdall.manager.sessions.SessionBook;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.StoreLocation;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionsTest {
  private static final Principal ADMIN =
      Principal.byPassword("admin", Role.ADMIN, Principal.Due.NOTHING, "canary of a generation");
  private static final Function<Principal, Optional<Principal>> NOW = Optional::of;

  @TempDir private Path directory;

  private final SettableClock clock = new SettableClock("2026-01-02T03:04:05Z");
  private final AtomicLong nanos = new AtomicLong();
  private final Sessions sessions = sessions(Optional.empty());

  private Sessions sessions(Optional<DocumentStore> store) {
    return new Sessions(new SessionBook(store, clock, nanos::get), clock);
  }

  private Sessions shared() throws Exception {
    return sessions(Optional.of(DocumentStore.open(new StoreLocation.Directory(directory))));
  }

  private void pass(Duration time) {
    clock.forward(time);
    nanos.addAndGet(time.toNanos());
  }

  private static Session on(Sessions.Found found) {
    assertThat(found).isInstanceOf(Sessions.Found.On.class);
    return ((Sessions.Found.On) found).session();
  }

  private static Sessions.End over(Sessions.Found found) {
    assertThat(found).isInstanceOf(Sessions.Found.Over.class);
    return ((Sessions.Found.Over) found).end();
  }

  @Test
  void aSessionEndsWhenItIsNotUsedAndAfterItsLongestTime() {
    String idle = sessions.begin(ADMIN);
    String used = sessions.begin(ADMIN);
    Duration step = Sessions.IDLE.minusMinutes(1);
    for (Duration on = step; on.compareTo(Sessions.LONGEST) < 0; on = on.plus(step)) {
      pass(step);
      used = sessions.cookie(on(sessions.find(used, NOW)));
    }
    assertThat(over(sessions.find(idle, NOW))).isEqualTo(Sessions.End.NOT_USED);
    pass(step);
    assertThat(over(sessions.find(used, NOW))).isEqualTo(Sessions.End.TOO_LONG);
  }

  /** Holds a draft of so many bytes. */
  private static Session holding(Sessions all, int bytes) {
    Session session = on(all.find(all.begin(ADMIN), NOW));
    session.draft(
        Optional.of(
            new Draft("1", "rules/a.json", Optional.empty(), Optional.of("x".repeat(bytes / 2)))));
    all.makeRoom(session);
    return session;
  }

  @Test
  void whoWasUsedLeastRecentlyDropsItsDraftsWhenAllHoldTooMuch() {
    Sessions all = new Sessions(new SessionBook(Optional.empty(), clock, nanos::get), clock, 1000);
    Session first = holding(all, 400);
    Session second = holding(all, 400);
    assertThat(first.draft()).isPresent();

    Session third = holding(all, 400);

    assertThat(first.draft()).isEmpty();
    assertThat(first.told().orElseThrow().words()).contains("not committed are dropped");
    assertThat(second.draft()).isPresent();
    assertThat(second.told()).isEmpty();
    assertThat(third.draft()).isPresent();

    Session large = holding(all, 4000);
    assertThat(second.draft()).isEmpty();
    assertThat(third.draft()).isEmpty();
    assertThat(large.draft()).as("of the one that is used").isPresent();
  }

  @Test
  void aCookieIsGivenAnewAfterAMinuteOfUse() {
    String cookie = sessions.begin(ADMIN);
    assertThat(((Sessions.Found.On) sessions.find(cookie, NOW)).old()).isFalse();
    pass(Sessions.RENEWED);
    assertThat(((Sessions.Found.On) sessions.find(cookie, NOW)).old()).isTrue();
    pass(Sessions.IDLE.minus(Sessions.RENEWED));
    assertThat(over(sessions.find(cookie, NOW))).isEqualTo(Sessions.End.NOT_USED);
  }

  @Test
  void thatASessionIsOverIsNewsOnce() {
    String cookie = sessions.begin(ADMIN);
    pass(Sessions.IDLE);
    assertThat(((Sessions.Found.Over) sessions.find(cookie, NOW)).news()).isTrue();
    assertThat(((Sessions.Found.Over) sessions.find(cookie, NOW)).news()).isFalse();
  }

  @Test
  void aSessionEndsWithItsPassword() {
    String cookie = sessions.begin(ADMIN);
    on(sessions.find(cookie, NOW));
    assertThat(over(sessions.find(cookie, who -> Optional.empty())))
        .isEqualTo(Sessions.End.OTHER_ACCOUNT);
    sessions.find(
        cookie,
        who -> {
          assertThat(who.generation()).isEqualTo(ADMIN.generation());
          return Optional.of(who);
        });
  }

  @Test
  void aSessionGoesOnAtAnotherManagerAndEndsAtAll() throws Exception {
    Sessions one = shared();
    Sessions other = shared();
    String cookie = one.begin(ADMIN);
    String csrf = on(one.find(cookie, NOW)).csrf();
    assertThat(on(other.find(cookie, NOW)).csrf()).isEqualTo(csrf);

    assertThat(other.end(cookie)).contains("admin");
    assertThat(over(other.find(cookie, NOW))).isEqualTo(Sessions.End.LOGGED_OUT);
    pass(Duration.ofSeconds(2));
    assertThat(over(one.find(cookie, NOW))).isEqualTo(Sessions.End.LOGGED_OUT);
    assertThat(over(shared().find(cookie, NOW))).as("restarted").isEqualTo(Sessions.End.LOGGED_OUT);
    assertThat(one.end(cookie)).as("it is noted once").isEmpty();
  }

  @Test
  void whileThePlaceIsAwaySessionsAreThisManagersOwn() throws Exception {
    Files.writeString(directory.resolve("sessions.json"), "no JSON");
    Sessions alone = shared();
    String cookie = alone.begin(ADMIN);
    on(alone.find(cookie, NOW));
    assertThat(shared().find(cookie, NOW)).isInstanceOf(Sessions.Found.None.class);
    assertThat(alone.end(cookie)).contains("admin");
    assertThat(over(alone.find(cookie, NOW))).isEqualTo(Sessions.End.LOGGED_OUT);
  }

  @Test
  void draftsAreKeptForSoManyAndTheOneThatRestedLongestLosesItsOwn() {
    String first = sessions.begin(ADMIN);
    String second = sessions.begin(ADMIN);
    on(sessions.find(second, NOW)).tell("the second");
    on(sessions.find(first, NOW)).tell("the first");
    for (int i = 2; i <= Sessions.MOST; i++) {
      sessions.begin(ADMIN);
    }
    assertThat(on(sessions.find(first, NOW)).told()).isPresent();
    assertThat(on(sessions.find(second, NOW)).told()).isEmpty();
  }

  @Test
  void nobodyMakesOrReadsACookieWithoutTheKey() throws Exception {
    Sessions one = shared();
    String cookie = one.begin(ADMIN);
    assertThat(cookie).isNotEqualTo(one.begin(ADMIN));
    assertThat(
            new String(
                Base64.getUrlDecoder().decode(cookie.substring(2)), StandardCharsets.ISO_8859_1))
        .doesNotContain("canary", "admin");
    for (String other :
        new String[] {"", "x", "s.", "s.AAAA", "o." + cookie.substring(2), cookie + "A", "s.é"}) {
      assertThat(one.find(other, NOW)).as(other).isInstanceOf(Sessions.Found.None.class);
    }
    int middle = cookie.length() / 2;
    char flipped = cookie.charAt(middle) == 'A' ? 'B' : 'A';
    String changed = cookie.substring(0, middle) + flipped + cookie.substring(middle + 1);
    assertThat(one.find(changed, NOW)).isInstanceOf(Sessions.Found.None.class);
    assertThat(one.find(one.seal("code", "{}"), NOW))
        .as("sealed for something else")
        .isInstanceOf(Sessions.Found.None.class);
  }
}
