package dev.heimdall.manager.accounts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.StoreException;
import dev.heimdall.secrets.StoreLocation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The accounts that managers share. */
class AccountsTest {
  private static final String PASSWORD = "canary of a password";

  @TempDir private Path directory;

  private final AtomicLong nanos = new AtomicLong();
  private final PasswordHash hashes = new PasswordHash(10);

  private Accounts accounts() throws StoreException {
    return accounts(false);
  }

  private Accounts accounts(boolean firstIsElsewhere) throws StoreException {
    return new Accounts(
        DocumentStore.open(new StoreLocation.Directory(directory)),
        hashes,
        firstIsElsewhere,
        Clock.systemUTC(),
        nanos::get);
  }

  private static void refused(AccountRefused.Reason reason, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(AccountRefused.class, e -> assertThat(e.reason()).isEqualTo(reason))
        .hasMessageNotContaining("canary");
  }

  @Test
  void whatOneManagerMakesTheOtherKnowsAMomentLater() throws Exception {
    Accounts one = accounts();
    Accounts other = accounts();
    assertThat(other.all()).isEmpty();
    one.create("alice", Role.AUDIT, PASSWORD, "admin");

    nanos.addAndGet(TimeUnit.SECONDS.toNanos(2));

    Account alice = other.find("alice").orElseThrow();
    assertThat(alice.role()).isEqualTo(Role.AUDIT);
    assertThat(alice.mustChange()).isTrue();
    assertThat(alice.created().by()).isEqualTo("admin");
    assertThat(hashes.is(alice.hash(), PASSWORD)).isTrue();
    other.changeOwn("alice", PASSWORD, "another password");
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(2));
    assertThat(one.find("alice").orElseThrow().mustChange()).isFalse();
    assertThat(hashes.is(one.find("alice").orElseThrow().hash(), PASSWORD)).isFalse();
  }

  @Test
  void ofTwoManagersThatMakeAnAccountAtOnceOneIsToldThatThereIsOne() throws Exception {
    ExecutorService both = Executors.newFixedThreadPool(2);
    List<Future<Integer>> made = new ArrayList<>();
    for (Accounts accounts : List.of(accounts(), accounts())) {
      made.add(
          both.submit(
              () -> {
                int count = 0;
                for (int i = 0; i < 10; i++) {
                  try {
                    accounts.create("user" + i, Role.READ_ONLY, PASSWORD, "admin");
                    count++;
                  } catch (AccountRefused e) {
                    assertThat(e.reason()).isEqualTo(AccountRefused.Reason.EXISTS);
                  }
                }
                return count;
              }));
    }
    int count = made.get(0).get() + made.get(1).get();
    both.shutdown();

    assertThat(count).isEqualTo(10);
    assertThat(accounts().all()).hasSize(10);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Alice", "a b", "../a", "ä", "-a", "admin"})
  void namesAreOnesThatNobodyMistakes(String name) {
    assertThatThrownBy(() -> accounts().create(name, Role.ADMIN, PASSWORD, "admin"))
        .isInstanceOf(AccountRefused.class);
  }

  @Test
  void passwordsAreNeitherShortNorTheOldOne() throws Exception {
    accounts().create("alice-of-ops", Role.READ_ONLY, PASSWORD, "admin");

    refused(
        AccountRefused.Reason.WRONG,
        () -> accounts().changeOwn("alice-of-ops", PASSWORD, "eleven char"));
    refused(
        AccountRefused.Reason.WRONG,
        () -> accounts().changeOwn("alice-of-ops", PASSWORD, PASSWORD));
    refused(
        AccountRefused.Reason.WRONG,
        () -> accounts().changeOwn("alice-of-ops", PASSWORD, "alice-of-ops-1"));
  }

  @Test
  void theFirstUserGetsHisAccountByHisOwnPassword() throws Exception {
    accounts().changeOwn(Accounts.FIRST, "i-0123", PASSWORD);

    Account admin = accounts().find(Accounts.FIRST).orElseThrow();
    assertThat(admin.role()).isEqualTo(Role.ADMIN);
    assertThat(hashes.is(admin.hash(), PASSWORD)).isTrue();
    refused(
        AccountRefused.Reason.WRONG,
        () -> accounts(true).changeOwn(Accounts.FIRST, "i-0123", PASSWORD));
  }

  @Test
  void somebodyIsLeftWhoMayChangeAccounts() throws Exception {
    accounts().changeOwn(Accounts.FIRST, "i-0123", PASSWORD);
    refused(
        AccountRefused.Reason.LAST_ADMIN,
        () -> accounts().change(Accounts.FIRST, Role.AUDIT, false, "admin"));
    refused(
        AccountRefused.Reason.LAST_ADMIN,
        () -> accounts().change(Accounts.FIRST, Role.ADMIN, true, "admin"));
    refused(AccountRefused.Reason.WRONG, () -> accounts().remove(Accounts.FIRST, "admin"));
    accounts().create("alice", Role.ADMIN, PASSWORD, "admin");

    accounts().change(Accounts.FIRST, Role.ADMIN, true, "alice");

    refused(
        AccountRefused.Reason.LAST_ADMIN,
        () -> accounts().change("alice", Role.READ_ONLY, false, "bob"));
    refused(AccountRefused.Reason.LAST_ADMIN, () -> accounts().remove("alice", "bob"));
    refused(AccountRefused.Reason.UNKNOWN, () -> accounts().remove("carol", "bob"));
  }

  @Test
  void noPasswordIsInTheDocumentAndNoHashInWhatAnAccountShows() throws Exception {
    Account alice = accounts().create("alice", Role.ADMIN, PASSWORD, "admin");

    assertThat(Files.readString(directory.resolve("accounts.json")))
        .contains("pbkdf2-sha256$10$")
        .doesNotContain("canary");
    assertThat(alice.toString()).isEqualTo("alice (admin)");
  }

  @Test
  void aDocumentThatNobodyUnderstandsIsNoReasonToForgetEverybody() throws Exception {
    accounts().create("alice", Role.ADMIN, PASSWORD, "admin");
    Path file = directory.resolve("accounts.json");
    Files.writeString(file, Files.readString(file).replace("\"admin\"", "\"emperor\""));

    assertThatThrownBy(() -> accounts().find("alice")).isInstanceOf(StoreException.class);
    assertThatThrownBy(() -> accounts().create("bob", Role.ADMIN, PASSWORD, "admin"))
        .isInstanceOf(StoreException.class);
  }

  @Test
  void hashesOfOnePasswordDifferAndWrongOnesHaveOthers() throws Exception {
    String hash = hashes.of(PASSWORD);

    assertThat(hashes.of(PASSWORD)).isNotEqualTo(hash);
    assertThat(new PasswordHash(20).is(hash, PASSWORD)).isTrue();
    assertThat(hashes.is(hash, PASSWORD + "x")).isFalse();
    assertThat(hashes.is("", PASSWORD)).isFalse();
    assertThat(hashes.isNobodys(PASSWORD)).isFalse();
    assertThat(PasswordHash.ROUNDS).isGreaterThanOrEqualTo(600_000);
  }
}
