package dev.heimdall.test.manager;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.AlsoOnLocalStack;
import dev.heimdall.test.fixture.AwsEmulator;
import dev.heimdall.test.fixture.AwsGate;
import dev.heimdall.test.manager.Rest.Said;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** The configuration at AWS, which may say no, or nothing. */
@AlsoOnLocalStack
abstract class ManagedAwsContract extends ManagerContract {
  final AwsEmulator aws = AwsEmulator.shared();
  private final AwsGate gate = new AwsGate(aws);

  /** Where it is, without options. */
  abstract String written();

  /** What a request for writing begins with, and its permission. */
  abstract String writing();

  abstract String writingAction();

  /** Makes what has to be there. */
  void prepare() {}

  @Override
  String place() {
    return written() + "?region=eu-west-1&endpoint=" + gate.uri();
  }

  @Override
  Map<String, String> environment() {
    return aws.environment();
  }

  @Override
  void empty() {
    gate.open();
    aws.reset();
    prepare();
  }

  @AfterAll
  void closeGate() {
    gate.close();
  }

  @Test
  void whatAwsRefusesIsToldWithThePermission() throws Exception {
    String etag = begin();
    gate.refuse(writing(), 403, "AccessDenied", "told to");

    Said refused =
        rest.put("vdbs/shop.json", "{\"ports\": [5051], \"source\": \"db\"}", Optional.of(etag));

    assertThat(refused.status()).isEqualTo(503);
    assertThat(refused.code()).isEqualTo("store_unavailable");
    assertThat(refused.json().get("message").asText())
        .contains(written() + " cannot be written", "the permission " + writingAction());
    gate.open();
    assertThat(rest.document("vdbs/shop.json").body()).isEqualTo(VDB);
  }

  @Test
  void whileAwsIsAwayThatIsToldAndTheManagerIsWell() throws Exception {
    begin();
    gate.away();

    Said read = rest.document("vdbs/shop.json");
    assertThat(read.status()).isEqualTo(503);
    assertThat(read.json().get("message").asText()).contains("AWS does not answer");
    assertThat(rest.get("/livez").status()).isEqualTo(200);

    gate.open();
    assertThat(rest.document("vdbs/shop.json").body()).isEqualTo(VDB);
  }
}
