package dev.heimdall.secrets.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.core.exception.SdkClientException;

class IamCredentialsTest {
  private static final String HOST = "shop.abc1.eu-west-1.rds.amazonaws.com";

  private final AtomicLong now = new AtomicLong(1);
  private AwsCredentials aws = AwsBasicCredentials.create("AKIDEXAMPLE", "not-so-secret");
  private final IamCredentials credentials =
      new IamCredentials(
          "app", host -> Optional.of("eu-west-1"), () -> () -> aws, Runnable::run, now::get);

  private void pass(Duration time) {
    now.addAndGet(time.toNanos());
  }

  private DatabaseLogin login(String host) {
    return credentials.login(host, 5432).join();
  }

  @Test
  void aTokenIsSignedForOneUserOfOneServer() {
    DatabaseLogin login = login(HOST);
    assertThat(login.user()).isEqualTo("app");
    assertThat(login.password().orElseThrow())
        .startsWith(HOST + ":5432/?")
        .contains("Action=connect", "DBUser=app", "X-Amz-Expires=900", "eu-west-1%2Frds-db")
        .contains("X-Amz-Signature=");
    assertThat(login.toString()).doesNotContain("Signature");
  }

  @Test
  void anErrorInHeimdallDoesNotEndTheSigning() {
    AtomicInteger asked = new AtomicInteger();
    IamCredentials careless =
        new IamCredentials(
            "app",
            host -> Optional.of("eu-west-1"),
            () -> {
              if (asked.incrementAndGet() == 1) {
                throw new NoClassDefFoundError("of a jar that was replaced");
              }
              return () -> aws;
            },
            Runnable::run,
            now::get);

    assertThat(careless.login(HOST, 5432)).isCompletedExceptionally();
    assertThat(careless.login(HOST, 5432).join().user()).isEqualTo("app");
  }

  @Test
  void eachServerHasItsOwn() {
    assertThat(login("other." + HOST).password().orElseThrow()).startsWith("other." + HOST);
    assertThat(login(HOST).password().orElseThrow()).startsWith(HOST);
  }

  @Test
  void eachServerHasThatOfItsOwnRegion() {
    IamCredentials global =
        new IamCredentials(
            "app",
            host -> Optional.of(host.split("\\.", 4)[2]),
            () -> () -> aws,
            Runnable::run,
            now::get);
    assertThat(global.login(HOST, 5432).join().password().orElseThrow())
        .contains("eu-west-1%2Frds-db");
    assertThat(
            global
                .login("shop.xyz9.us-east-2.rds.amazonaws.com", 5432)
                .join()
                .password()
                .orElseThrow())
        .contains("us-east-2%2Frds-db");
  }

  /** As of a global cluster's writer endpoint, whose name stays while the region changes. */
  @Test
  void aTokenOfTheRegionBeforeIsNotShownAnyMore() {
    String endpoint = "shop.global-q1.global.rds.amazonaws.com";
    List<String> writes = new ArrayList<>();
    IamCredentials global =
        new IamCredentials(
            "app", host -> writes.stream().findFirst(), () -> () -> aws, Runnable::run, now::get);
    assertThatThrownBy(() -> global.login(endpoint, 5432).join())
        .hasRootCauseInstanceOf(CredentialsException.class)
        .hasMessageContaining("no topology document and no answer of the RDS API has said yet");

    writes.add("eu-west-1");
    DatabaseLogin first = global.login(endpoint, 5432).join();
    assertThat(first.password().orElseThrow())
        .startsWith(endpoint + ":5432/?")
        .contains("eu-west-1%2Frds-db");
    writes.set(0, "us-east-2");
    assertThat(global.login(endpoint, 5432).join().password().orElseThrow())
        .startsWith(endpoint + ":5432/?")
        .contains("us-east-2%2Frds-db");
    writes.set(0, "eu-west-1");
    DatabaseLogin again = global.login(endpoint, 5432).join();
    writes.set(0, "us-east-2");
    assertThat(global.instead(again, endpoint, 5432).join().orElseThrow().password().orElseThrow())
        .as("a young token that was refused, of another region")
        .contains("us-east-2%2Frds-db");
  }

  @Test
  void itIsUsedAgainForLessThanItIsGood() {
    DatabaseLogin first = login(HOST);
    pass(Duration.ofMinutes(9));
    assertThat(login(HOST)).isSameAs(first);
    pass(Duration.ofMinutes(2));
    assertThat(login(HOST)).isNotSameAs(first);
  }

  @Test
  void itIsNotUsedWhenWhatItWasSignedWithHasEnded() {
    aws =
        AwsSessionCredentials.builder()
            .accessKeyId("AKIDEXAMPLE")
            .secretAccessKey("not-so-secret")
            .sessionToken("session")
            .expirationTime(Instant.now().plus(Duration.ofMinutes(3)))
            .build();
    DatabaseLogin first = login(HOST);
    assertThat(first.password().orElseThrow()).contains("X-Amz-Security-Token=session");
    pass(Duration.ofMinutes(1));
    assertThat(login(HOST)).isSameAs(first);
    pass(Duration.ofMinutes(1));
    assertThat(login(HOST)).isNotSameAs(first);
  }

  @Test
  void aRefusedTokenIsReplacedOnce() {
    DatabaseLogin old = login(HOST);
    pass(Duration.ofMinutes(1));
    Optional<DatabaseLogin> next = credentials.instead(old, HOST, 5432).join();
    assertThat(next).isPresent().get().isNotSameAs(old);
    assertThat(credentials.instead(next.orElseThrow(), HOST, 5432).join()).isEmpty();
    assertThat(credentials.login(HOST, 5432)).isCompletedExceptionally();
    pass(Duration.ofMillis(150));
    assertThat(login(HOST)).isNotSameAs(next.orElseThrow());
  }

  @Test
  void withoutCredentialsItIsSaidWhatTheyAreFor() {
    IamCredentials none =
        new IamCredentials(
            "app",
            host -> Optional.of("eu-west-1"),
            () ->
                () -> {
                  throw SdkClientException.create("Unable to load credentials");
                },
            Runnable::run,
            now::get);
    assertThatThrownBy(() -> none.login(HOST, 5432).join())
        .hasMessageContaining("user \"app\" in eu-west-1")
        .hasMessageContaining("rds-db:connect")
        .hasMessageContaining("Unable to load credentials");
  }
}
