package dev.heimdall.cdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Documents in a secret of the customer's, encrypted with a key of the customer's. */
@Tag("ci")
class NamedSecretTest {
  private static final String STACK = "heimdall-eu-west-1";
  private static final String KEY = "arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d";

  @TempDir private Path work;

  private Assembly assembly(String documents) throws Exception {
    return Assembly.of(
        """
        {"regions": [{"region": "eu-west-1",
          "fleet": {"ports": [5432], "clients": ["10.0.0.0/16"]},
          "documents": {%s, "secretKeys": ["%s"]},
          "manager": {"enabled": true, "clients": ["10.0.0.0/16"]}}]}
        """
            .formatted(documents, KEY),
        work);
  }

  /** What may be done with the key. */
  private static List<JsonNode> grants(Assembly assembly, String role) {
    return StreamSupport.stream(
            assembly
                .resources(STACK, role, "AWS::IAM::Role")
                .values()
                .iterator()
                .next()
                .at("/Properties/Policies/0/PolicyDocument/Statement")
                .spliterator(),
            false)
        .filter(statement -> statement.get("Resource").toString().contains(KEY))
        .toList();
  }

  private static JsonNode writing(Assembly assembly) {
    return grants(assembly, "Manager").stream()
        .filter(grant -> grant.get("Action").toString().contains("kms:GenerateDataKey"))
        .reduce(
            (one, other) -> {
              throw new AssertionError("two grants: " + one + other);
            })
        .orElseThrow();
  }

  @Test
  void theManagerWritesThatSecretAndUsesTheKeyForNothingElse() throws Exception {
    Assembly assembly = assembly("\"place\": \"secret\", \"secret\": \"prod/heimdall\"");

    assertThat(grants(assembly, "Manager"))
        .anySatisfy(grant -> assertThat(grant.get("Action").toString()).contains("kms:Decrypt"));
    JsonNode written = writing(assembly);
    assertThat(written.get("Action")).hasSize(1);
    JsonNode conditions = written.at("/Condition/StringLike");
    assertThat(conditions.get("kms:ViaService").toString())
        .contains("secretsmanager.${AWS::Region}.amazonaws.com*");
    assertThat(conditions.get("kms:EncryptionContext:SecretARN")).hasSize(2);
    assertThat(conditions.get("kms:EncryptionContext:SecretARN").get(0).toString())
        .contains(
            ":secret:${ConfigurationSecret}-??????", "\"ConfigurationSecret\":\"prod/heimdall\"");
  }

  @Test
  void nodesReadItOnly() throws Exception {
    assertThat(
            grants(
                assembly("\"place\": \"secret\", \"secret\": \"prod/heimdall\""), "FleetNodeRole"))
        .singleElement()
        .satisfies(
            grant -> assertThat(grant.get("Action").toString()).isEqualTo("[\"kms:Decrypt\"]"));
  }

  /** The key is that of passwords there, which the manager only reads. */
  @Test
  void withDocumentsInABucketTheManagerEncryptsNothingWithTheKey() throws Exception {
    assertThat(grants(assembly("\"place\": \"bucket\""), "Manager"))
        .isNotEmpty()
        .allSatisfy(
            grant -> assertThat(grant.get("Action").toString()).doesNotContain("GenerateDataKey"));
  }
}
