package dev.heimdall.test.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.secrets.Change;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.Documents;
import dev.heimdall.secrets.StoreException;
import dev.heimdall.secrets.StoreLocation;
import dev.heimdall.test.fixture.AlsoOnLocalStack;
import dev.heimdall.test.fixture.AwsEmulator;
import dev.heimdall.test.fixture.AwsGate;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;

/** Documents at AWS, which may say no, or nothing. */
@AlsoOnLocalStack
abstract class AwsStoreContract extends DocumentStoreContract {
  final AwsEmulator aws = AwsEmulator.shared();
  final AwsGate gate = new AwsGate(aws);

  /** Where it is, without options. */
  abstract String place();

  /** What a request for reading begins with, at the gate. */
  abstract String reading();

  /** What one for writing begins with. */
  abstract String writing();

  /** The permission that reading needs, and writing. */
  abstract String readingAction();

  abstract String writingAction();

  @BeforeEach
  void forget() {
    aws.reset();
  }

  @AfterEach
  void closeGate() {
    gate.close();
  }

  @Override
  DocumentStore another() throws StoreException {
    return DocumentStore.open(location(place()), aws.credentials());
  }

  StoreLocation location(String place) {
    return StoreLocation.of(
        place + (place.contains("?") ? "&" : "?") + "region=eu-west-1&endpoint=" + gate.uri());
  }

  private static Change edit() {
    return Change.create("users/b.json", content(CANARY));
  }

  @ParameterizedTest
  @CsvSource({
    "403, AccessDenied, not authorized, DENIED",
    "400, AccessDeniedException, not authorized, DENIED",
    "400, ExpiredToken, the token is old, NO_CREDENTIALS",
    "400, ExpiredTokenException, the token is old, NO_CREDENTIALS",
    "403, InvalidAccessKeyId, nobody has it, NO_CREDENTIALS",
    "403, SignatureDoesNotMatch, it does not, NO_CREDENTIALS",
    "400, ThrottlingException, Rate exceeded, THROTTLED",
    "503, SlowDown, reduce your rate, THROTTLED",
    "500, InternalError, try again, UNREACHABLE"
  })
  void whatAwsRefusesIsToldWithItsReason(
      int status, String code, String message, StoreException.Kind kind) throws Exception {
    Documents before = create(store(), "users/a.json", "{}");

    gate.refuse(reading(), status, code, message);
    String read = failure(kind, () -> store().read()).getMessage();
    gate.refuse(writing(), status, code, message);
    String written = failure(kind, () -> store().write(List.of(edit()))).getMessage();

    assertThat(read).startsWith(place() + " cannot be read: ").contains(code, message);
    assertThat(written).startsWith(place() + " cannot be written: ").contains(code, message);
    if (kind == StoreException.Kind.DENIED) {
      assertThat(read).contains("the permission " + readingAction() + " on ");
      assertThat(written).contains("the permission " + writingAction() + " on ");
    }
    gate.open();
    assertThat(store().read()).isEqualTo(before);
  }

  @Test
  void aKeyThatMayNotBeUsedIsNamed() throws Exception {
    gate.refuse(reading(), 400, "AccessDeniedException", "Access to KMS is not allowed");

    assertThat(failure(StoreException.Kind.DENIED, () -> store().read()).getMessage())
        .contains("kms:Decrypt");
  }

  @Test
  void whenAwsDoesNotAnswerThatIsTold() throws Exception {
    Documents before = create(store(), "users/a.json", "{}");
    gate.away();

    assertThat(failure(StoreException.Kind.UNREACHABLE, () -> store().read()).getMessage())
        .contains("does not answer", "VPC endpoint");
    failure(StoreException.Kind.UNREACHABLE, () -> store().readIfChanged(before));
    failure(StoreException.Kind.UNREACHABLE, () -> store().write(List.of(edit())));
  }

  @Test
  void withoutCredentialsNobodyIsAsked() throws Exception {
    AwsCredentialsProvider none =
        () -> {
          throw SdkClientException.create("Unable to load credentials");
        };
    try (DocumentStore store = DocumentStore.open(location(place()), none)) {
      assertThat(failure(StoreException.Kind.NO_CREDENTIALS, store::read).getMessage())
          .contains("give the machine a role");
    }
    assertThat(gate.requests()).isEmpty();
  }

  @Test
  void anAnswerThatWasLostIsNoConflictWithOneself() throws Exception {
    DocumentStore store = store();
    Documents one = create(store, "users/a.json", "one");
    gate.loseTheNextAnswerTo(writing());

    Documents two =
        store.write(
            List.of(
                Change.replace(
                    "users/a.json", content("two"), one.versionOf("users/a.json").orElseThrow())));

    assertThat(store().read()).isEqualTo(two);
  }
}
