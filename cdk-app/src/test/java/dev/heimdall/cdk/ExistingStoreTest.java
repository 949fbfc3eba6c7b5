package dev.heimdall.cdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Redis that is there in place of one that is made: nodes know it, and reach it. */
@Tag("ci")
class ExistingStoreTest {
  private static final String WITH = "heimdall-eu-west-1";
  private static final String ALONE = "heimdall-us-east-1";

  private static Assembly made;

  @BeforeAll
  static void make(@TempDir Path work) throws Exception {
    made =
        Assembly.of(
            """
            {"regions": [
              {"region": "eu-west-1", "network": {"zones": 2},
               "fleet": {"ports": [5432], "clients": ["10.8.0.0/16"]},
               "cache": {"existing": {"address": "redis.example.com", "port": 6380,
                 "password": "prod/redis", "securityGroup": "sg-0a1b2c3d", "clusterMode": true}}},
              {"region": "us-east-1", "network": {"zones": 2},
               "fleet": {"ports": [5432], "clients": ["10.9.0.0/16"]},
               "cache": {"existing": {"address": "plain.example.com", "password": "prod/redis",
                 "tls": false}}}]}
            """,
            work);
  }

  private static String facts(String stack) {
    return made.resources(stack, "Fleet", "AWS::AutoScaling::AutoScalingGroup")
        .toString()
        .concat(made.resources(stack, "Fleet", "AWS::EC2::LaunchTemplate").toString())
        .replace("\\", "");
  }

  @Test
  void noneIsMade() {
    for (String stack : made.templates().keySet()) {
      assertThat(made.resources(stack, "AWS::ElastiCache::ReplicationGroup")).isEmpty();
    }
  }

  @Test
  void documentsReferToIt() {
    assertThat(facts(WITH))
        .contains("redis.example.com:6380")
        .contains("\"storeMode\":\"cluster\"")
        .contains("\"storePassword\":\"prod/redis\"")
        .contains("\"storeTls\":\"verify-full\"");
    assertThat(facts(ALONE))
        .contains("plain.example.com:6379")
        .contains("\"storeTls\":\"disable\"");
  }

  @Test
  void nodesMayReadItsPassword() {
    for (String stack : made.templates().keySet()) {
      assertThat(made.resources(stack, "Fleet", "AWS::IAM::Role").toString())
          .contains("prod/redis", "secretsmanager:GetSecretValue");
    }
  }

  @Test
  void itsSecurityGroupLetsNodesInWhereTheFileNamesIt() {
    JsonNode rule =
        made.resources(WITH, "Fleet", "AWS::EC2::SecurityGroupIngress").get("StoreArrives");
    assertThat(rule.at("/Properties/GroupId").asText()).isEqualTo("sg-0a1b2c3d");
    assertThat(rule.at("/Properties/FromPort").asInt()).isEqualTo(6380);
    assertThat(made.resources(ALONE, "Fleet", "AWS::EC2::SecurityGroupIngress"))
        .doesNotContainKey("StoreArrives");
  }
}
