package dev.heimdall.engine.users;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.auth.UserLookup.Answer;
import dev.heimdall.engine.jdbc.SourceLogins;
import dev.heimdall.model.AuthQuerySettings;
import dev.heimdall.model.Secret;
import dev.heimdall.model.User;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuthQueryTest {
  private static final String MD5 = "md53175bce1d3201d16594cebf9d7eb3f9d";
  private static final String SCRAM =
      "SCRAM-SHA-256$1234:c2FsdHNhbHRzYWx0$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
          + ":BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBA=";

  private final Table table = new Table();
  private final AtomicLong now = new AtomicLong();
  private final AuthQuery query =
      new AuthQuery(
          new AuthQuery.Plan(
              "app",
              null,
              SourceLogins.written("asks", Optional.empty()),
              AuthQuerySettings.defaults()),
          table,
          now::get);

  /** A database, by hand. */
  private static final class Table implements Lookup {
    private final Map<String, String> rows = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<String> asked = new ConcurrentLinkedQueue<>();
    private final Map<String, String> errors = new ConcurrentHashMap<>();
    private volatile boolean away;
    private volatile boolean broken;
    private volatile CountDownLatch silent = new CountDownLatch(0);

    @Override
    public Optional<String> verifier(String name) throws SQLException {
      asked.add(name);
      try {
        silent.await();
      } catch (InterruptedException e) {
        throw new SQLException("interrupted", e);
      }
      if (away) {
        throw new SQLException("the connection attempt failed", "08001");
      }
      if (broken) {
        throw new NoClassDefFoundError("of the driver");
      }
      if (errors.containsKey(name)) {
        throw new SQLException("an error with the row's value in it: " + MD5, errors.get(name));
      }
      return Optional.ofNullable(rows.get(name));
    }

    @Override
    public void close() {}
  }

  @AfterEach
  void close() {
    query.close();
  }

  private CompletableFuture<Answer> begin(String name) {
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    query.find(name, answer::complete);
    return answer;
  }

  private Answer find(String name) throws Exception {
    return begin(name).get(60, TimeUnit.SECONDS);
  }

  @Test
  void aUserWhoIsFoundHasWhatTheDatabaseKeepsAndNoRightsOfAdministrators() throws Exception {
    table.rows.put("ann", SCRAM);
    User ann = find("ann").user().orElseThrow();

    assertThat(ann.verifier().map(Secret::value)).contains(SCRAM);
    assertThat(ann.password()).isEmpty();
    assertThat(ann.admin()).isFalse();
    assertThat(ann.stats()).isFalse();
    assertThat(ann.vdbs()).containsExactly("app");
  }

  @Test
  void answersAreKeptForATimeAlsoThatThereIsNoSuchUser() throws Exception {
    table.rows.put("ann", MD5);
    find("ann");
    find("eve");
    find("ann");
    find("eve");
    assertThat(table.asked).containsExactly("ann", "eve");

    table.rows.put("eve", MD5);
    table.rows.remove("ann");
    now.addAndGet(AuthQuerySettings.defaults().keep().toNanos());
    assertThat(find("ann").user()).isEmpty();
    assertThat(find("eve").user()).isPresent();
  }

  @Test
  void whatIsNoVerifierLetsNobodyIn() throws Exception {
    table.rows.put("plain", "secret");
    table.rows.put("none", "");
    table.rows.put("broken", "SCRAM-SHA-256$x");

    for (String name : List.of("plain", "none", "broken")) {
      User user = find(name).user().orElseThrow();
      assertThat(user.verifier()).as(name).isEmpty();
      assertThat(user.password()).as(name).isEmpty();
    }
  }

  @Test
  void strangersAreToldWhatUsersHave() throws Exception {
    table.rows.put("ann", SCRAM);
    find("ann");

    assertThat(find("nobody").others().iterations()).isEqualTo(1234);
    assertThat(find("nobody").others().scram()).isTrue();
    assertThat(find("nobody").others().md5()).isFalse();
  }

  @Test
  void aServerThatFailsIsLeftAloneForAMomentAndIsAskedAgainThen() throws Exception {
    table.rows.put("ann", SCRAM);
    table.away = true;
    assertThat(find("ann").failed()).isTrue();
    assertThat(find("eve").failed()).isTrue();
    assertThat(table.asked).containsExactly("ann");

    table.away = false;
    now.addAndGet(AuthQuery.PAUSE_NANOS);
    assertThat(find("ann").user()).isPresent();
  }

  @ParameterizedTest
  @ValueSource(strings = {"22P05", "21000", "P0001"})
  void whatFailsForOneNameFailsForNobodyElse(String state) throws Exception {
    table.rows.put("ann", SCRAM);
    table.errors.put("eve", state);

    assertThat(find("eve").user()).isEmpty();
    assertThat(find("eve").failed()).isFalse();
    assertThat(find("ann").user()).isPresent();
    assertThat(table.asked).as("the answer is kept").containsExactly("eve", "ann");
  }

  @Test
  void anErrorIsAnAnswerToAllWhoWaitForItAndEndsNothing() throws Exception {
    table.rows.put("ann", SCRAM);
    table.broken = true;
    CountDownLatch silence = new CountDownLatch(1);
    table.silent = silence;
    query.find(
        "ann",
        answer -> {
          throw new IllegalStateException("of a log-in");
        });
    CompletableFuture<Answer> other = begin("ann");
    silence.countDown();
    assertThat(other.get(60, TimeUnit.SECONDS).failed()).isTrue();

    table.broken = false;
    now.addAndGet(AuthQuery.PAUSE_NANOS);
    assertThat(find("ann").user()).isPresent();
  }

  @Test
  void whoAsksForTheSameNameWaitsForOneAnswer() throws Exception {
    CountDownLatch silence = new CountDownLatch(1);
    table.silent = silence;
    List<CompletableFuture<Answer>> all = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      all.add(begin("ann"));
    }
    assertThat(all).noneMatch(CompletableFuture::isDone);
    silence.countDown();

    for (CompletableFuture<Answer> one : all) {
      assertThat(one.get(60, TimeUnit.SECONDS).failed()).isFalse();
    }
    assertThat(table.asked).containsExactly("ann");
  }

  @Test
  void aSilentServerHoldsBackABoundedNumberOfNames() throws Exception {
    CountDownLatch silence = new CountDownLatch(1);
    table.silent = silence;
    List<CompletableFuture<Answer>> all = new ArrayList<>();
    for (int i = 0; i < AuthQuery.WAITING + AuthQuery.THREADS + 50; i++) {
      all.add(begin("name" + i));
    }

    assertThat(all.get(all.size() - 1).get(60, TimeUnit.SECONDS).failed()).isTrue();
    silence.countDown();
  }

  @Test
  void namesThatNoRoleCanHaveAreNotAskedFor() throws Exception {
    assertThat(find("x".repeat(64)).user()).isEmpty();
    assertThat(find("a\0b").user()).isEmpty();
    assertThat(table.asked).isEmpty();
  }

  @Test
  void whoStillWaitsWhenItIsClosedIsToldSo() throws Exception {
    CountDownLatch silence = new CountDownLatch(1);
    table.silent = silence;
    CompletableFuture<Answer> waits = begin("ann");
    query.close();

    assertThat(waits.get(60, TimeUnit.SECONDS).failed()).isTrue();
    assertThat(find("bob").failed()).isTrue();
    silence.countDown();
  }

  @Test
  void theNameIsAParameterOfTheQuery() {
    AuthQuerySettings usual = AuthQuerySettings.defaults();
    assertThat(usual.prepared()).endsWith("WHERE rolname = ? AND rolcanlogin");
    assertThat(
            new AuthQuerySettings(
                    true,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    "SELECT * FROM f($1) WHERE a ? 'b'",
                    usual.keep(),
                    usual.timeout())
                .prepared())
        .isEqualTo("SELECT * FROM f(?) WHERE a ?? 'b'");
  }
}
