package dev.heimdall.secrets.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SecretCredentialsTest {
  private final FakeSecret secret = new FakeSecret();
  private final AtomicLong now = new AtomicLong(1);
  private final SecretCredentials credentials =
      new SecretCredentials("prod/shop", secret, Duration.ofMinutes(5), secret.work::add, now::get);

  @BeforeEach
  void oneVersion() {
    secret.rotate("v1");
  }

  private void pass(Duration time) {
    now.addAndGet(time.toNanos());
  }

  private CompletableFuture<DatabaseLogin> asked() {
    return credentials.login("db", 5432);
  }

  private DatabaseLogin login() {
    CompletableFuture<DatabaseLogin> login = asked();
    secret.work();
    return login.join();
  }

  private Optional<DatabaseLogin> instead(DatabaseLogin refused) {
    CompletableFuture<Optional<DatabaseLogin>> next = credentials.instead(refused, "db", 5432);
    secret.work();
    return next.join();
  }

  @Test
  void howeverManyAskTheSecretIsReadOnce() {
    CompletableFuture<DatabaseLogin> first = asked();
    CompletableFuture<DatabaseLogin> second = asked();
    assertThat(first).isNotDone();
    secret.work();

    assertThat(first.join()).isSameAs(second.join()).isSameAs(asked().join());
    assertThat(secret.reads).isEqualTo(1);
  }

  @Test
  void anErrorInHeimdallDoesNotEndTheReading() {
    AtomicInteger reads = new AtomicInteger();
    SecretReader failing =
        new SecretReader() {
          @Override
          public String name() {
            return secret.name();
          }

          @Override
          public Optional<DatabaseLogin> read(Stage stage) throws CredentialsException {
            if (reads.incrementAndGet() == 1) {
              throw new NoClassDefFoundError("of a jar that was replaced");
            }
            return secret.read(stage);
          }
        };
    SecretCredentials careless =
        new SecretCredentials("prod/shop", failing, Duration.ofMinutes(5), Runnable::run, now::get);

    assertThat(careless.login("db", 5432)).isCompletedExceptionally();
    assertThat(careless.login("db", 5432).join().version()).isEqualTo("v1");
  }

  @Test
  void itIsReadAgainAfterAWhileForThoseWhoComeLater() {
    login();
    secret.rotate("v2");
    pass(Duration.ofMinutes(6));

    assertThat(asked().join().version()).isEqualTo("v1");
    secret.work();
    assertThat(asked().join().version()).isEqualTo("v2");
    assertThat(secret.reads).isEqualTo(2);
  }

  @Test
  void aRefusedPasswordHasTheSecretReadAgain() {
    DatabaseLogin old = login();
    pass(Duration.ofSeconds(1));
    secret.rotate("v2");

    assertThat(instead(old)).map(DatabaseLogin::version).contains("v2");
    assertThat(instead(old)).map(DatabaseLogin::version).contains("v2");
    assertThat(secret.reads).isEqualTo(2);
  }

  @Test
  void manyWhoAreRefusedAtOnceShareOneReading() {
    DatabaseLogin old = login();
    pass(Duration.ofSeconds(1));
    secret.rotate("v2");
    CompletableFuture<Optional<DatabaseLogin>> one = credentials.instead(old, "db", 5432);
    CompletableFuture<Optional<DatabaseLogin>> two = credentials.instead(old, "other", 5432);
    secret.work();

    assertThat(one.join()).isEqualTo(two.join()).isPresent();
    assertThat(secret.reads).isEqualTo(2);
  }

  @Test
  void aServerThatIsBehindGetsThePreviousPassword() {
    secret.rotate("v2");
    DatabaseLogin current = login();

    assertThat(instead(current)).map(DatabaseLogin::version).contains("v1");
    assertThat(asked().join()).as("others still get the current one").isSameAs(current);
  }

  @Test
  void aServerThatRefusesBothIsLeftAloneForALongerTimeEachTime() {
    secret.rotate("v2");
    DatabaseLogin current = login();
    DatabaseLogin previous = instead(current).orElseThrow();
    assertThat(instead(previous)).isEmpty();

    assertThatThrownBy(() -> asked().join())
        .isInstanceOf(CompletionException.class)
        .hasMessageContaining("db:5432 refuses what the secret \"prod/shop\" holds");
    assertThat(credentials.login("replica", 5432).join()).isSameAs(current);

    pass(Duration.ofMillis(110));
    assertThat(asked().join()).isSameAs(current);
    assertThat(instead(current)).contains(previous);
    assertThat(instead(previous)).isEmpty();
    pass(Duration.ofMillis(110));
    assertThat(asked()).isCompletedExceptionally();
    pass(Duration.ofMillis(100));
    assertThat(asked().join()).isSameAs(current);
  }

  @Test
  void withoutAPreviousVersionThereIsNothingElse() {
    assertThat(instead(login())).isEmpty();
    assertThat(asked()).isCompletedExceptionally();
  }

  @Test
  void whatWasReadGoesOnBeingUsedWhileAwsIsAway() {
    DatabaseLogin known = login();
    secret.trouble = new CredentialsException(CredentialsException.Kind.AWAY, "away");
    pass(Duration.ofMinutes(6));

    assertThat(login()).isEqualTo(known);
    assertThat(instead(known)).isEmpty();
    secret.trouble = null;
    pass(Duration.ofMinutes(6));
    secret.rotate("v2");
    login();
    assertThat(login().version()).isEqualTo("v2");
  }

  @Test
  void aSecretThatCannotBeReadIsNotReadForEachConnection() {
    secret.trouble = new CredentialsException(CredentialsException.Kind.WRONG, "denied");
    for (int i = 0; i < 5; i++) {
      CompletableFuture<DatabaseLogin> login = asked();
      secret.work();
      assertThatThrownBy(login::join).hasRootCauseMessage("denied");
    }
    assertThat(secret.reads).isEqualTo(1);

    pass(Duration.ofMillis(TimeUnit.SECONDS.toMillis(6)));
    secret.trouble = null;
    assertThat(login().version()).isEqualTo("v1");
  }

  @Test
  void noTextEverHasThePassword() {
    assertThat(login().toString()).contains("shop", "v1").doesNotContain("pw-v1");
    assertThat(DatabaseCredentials.written("shop", Optional.of("hunter2")).toString())
        .contains("shop")
        .doesNotContain("hunter2");
  }

  @Test
  void writtenCredentialsAreEqualWhenTheySayTheSame() {
    DatabaseCredentials one = DatabaseCredentials.written("shop", Optional.of("a"));
    assertThat(one)
        .isEqualTo(DatabaseCredentials.written("shop", Optional.of("a")))
        .isNotEqualTo(DatabaseCredentials.written("shop", Optional.of("b")));
    assertThat(one.instead(one.login("db", 1).join(), "db", 1).join()).isEmpty();
  }
}
