package dev.heimdall.cdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which events the function hears of, and where they are passed on to. */
class EventsOfARegionTest extends TwoRegionsSample {
  @Test
  void theFunctionHearsOfEventsByTheirIdsAndRunsOnce() {
    JsonNode function = made.resource(EU, "ConfigSync", "AWS::Lambda::Function");
    assertThat(function.get("ReservedConcurrentExecutions").asInt()).isEqualTo(1);
    assertThat(function.at("/SnapStart/ApplyOn").asText()).isEqualTo("PublishedVersions");
    assertThat(function.at("/DeadLetterConfig/TargetArn").toString()).contains("DeadLetters");
    assertThat(function.at("/Environment/Variables/HEIMDALL_FLEET").asText())
        .isEqualTo("orders-db");
    assertThat(function.at("/Environment/Variables/HEIMDALL_REGIONS").asText())
        .as("the network has no way to another region's API")
        .isEmpty();
    assertThat(function.at("/Environment/Variables/HEIMDALL_MEMBER_REGIONS").asText())
        .isEqualTo("leave");
    assertThat(
            made.resource(US, "ConfigSync", "AWS::Lambda::Function")
                .at("/Environment/Variables/HEIMDALL_REGIONS")
                .asText())
        .isEqualTo("eu-west-1");
    Map<String, JsonNode> rules = made.resources(EU, "ConfigSync", "AWS::Events::Rule");
    assertThat(rules).hasSize(3);
    assertThat(rules.get("Schedule").at("/Properties/ScheduleExpression").asText())
        .isEqualTo("rate(1 minute)");
    JsonNode pattern = rules.get("Events").at("/Properties/EventPattern");
    assertThat(StreamSupport.stream(pattern.at("/detail/EventID").spliterator(), false))
        .extracting(JsonNode::asText)
        .contains("RDS-EVENT-0071", "RDS-EVENT-0238", "RDS-EVENT-0385", "RDS-EVENT-0390");
    assertThat(
            made.resources(US, "ConfigSync", "AWS::Events::Rule")
                .get("Schedule")
                .at("/Properties/ScheduleExpression")
                .asText())
        .isEqualTo("rate(5 minutes)");
  }

  @Test
  void eventsArePassedOnToTheOtherRegionsOnce() {
    JsonNode rule = made.resources(EU, "ConfigSync", "AWS::Events::Rule").get("ForwardEvents1");
    assertThat(rule.at("/Properties/Targets/0/Arn").toString())
        .contains("us-east-1", "event-bus/default");
    assertThat(rule.at("/Properties/EventPattern/region").toString()).contains("AWS::Region");
    assertThat(role("ConfigSync", "Forwarder1"))
        .contains("events:PutEvents", "\"OtherRegions\":\"us-east-1\"");
  }

  @Test
  void whatARuleCannotDeliverWaitsInTheQueueWithAnAlarm() {
    JsonNode policy = made.resource(EU, "ConfigSync", "AWS::SQS::QueuePolicy");
    made.resources(EU, "AWS::Events::Rule")
        .forEach(
            (id, rule) -> {
              assertThat(rule.at("/Properties/Targets/0/DeadLetterConfig/Arn").toString())
                  .as(id)
                  .contains("ConfigSyncDeadLetters");
              assertThat(policy.at("/PolicyDocument/Statement/0/Condition").toString())
                  .contains('"' + id + '"');
            });
    assertThat(made.resources(EU, "ConfigSync", "AWS::Events::Rule"))
        .containsOnlyKeys("Events", "Schedule", "ForwardEvents1");
  }

  @ParameterizedTest
  @CsvSource({
    "RDS DB Instance Event, DB_INSTANCE, db:orders-1, availability, RDS-EVENT-0006, true",
    "RDS DB Cluster Event, CLUSTER, cluster:orders, failover, RDS-EVENT-0071, true",
    "RDS DB Cluster Event, CLUSTER, cluster:orders, global-failover, RDS-EVENT-0185, true",
    "RDS DB Cluster Event, CLUSTER, cluster:orders, configuration change, RDS-EVENT-0385, true",
    "RDS Blue Green Deployment Event, BLUE_GREEN_DEPLOYMENT, deployment:bgd-1, low storage,"
        + " RDS-EVENT-0248, true",
    "RDS Blue Green Deployment Event, BLUE_GREEN_DEPLOYMENT, deployment:bgd-1, failover,"
        + " RDS-EVENT-0260, true",
    "RDS DB Instance Event, DB_INSTANCE, db:orders-1, backup, RDS-EVENT-0001, false",
    "RDS DB Snapshot Event, SNAPSHOT, snapshot:rds:orders, creation, RDS-EVENT-0042, false",
    "RDS DB Cluster Snapshot Event, CLUSTER_SNAPSHOT, cluster-snapshot:a, backup, RDS-EVENT-0075,"
        + " false",
    "RDS DB Parameter Group Event, DB_PARAM, pg:a, configuration change, RDS-EVENT-0037, false",
    "RDS DB Security Group Event, SECURITY_GROUP, secgrp:a, failure, RDS-EVENT-0039, false",
    "RDS DB Proxy Event, DB_PROXY, db-proxy:prx-1, configuration change, RDS-EVENT-0204, false",
    "RDS Custom Engine Version Event, CUSTOM_ENGINE_VERSION, cev:a, creation, RDS-EVENT-0316,"
        + " false"
  })
  void eventsOfEachCategoryAreMatchedByTheirId(
      String type, String source, String resource, String category, String id, boolean matched)
      throws Exception {
    JsonNode event =
        JSON.readTree(
            """
            {"version": "0", "id": "68f6e973-1a0c-d37b-f2f2-94a7f62ffd4e", "detail-type": "%s",
             "source": "aws.rds", "account": "123456789012", "time": "2026-09-27T22:36:43Z",
             "region": "eu-west-1", "resources": ["arn:aws:rds:eu-west-1:123456789012:%s"],
             "detail": {"EventCategories": ["%s"], "SourceType": "%s",
               "SourceArn": "arn:aws:rds:eu-west-1:123456789012:%s", "Date": "2026-09-27T22:36:43.292Z",
               "Message": "it happened", "SourceIdentifier": "orders", "EventID": "%s"}}
            """
                .formatted(type, resource, category, source, resource, id));
    for (String rule : List.of("Events", "ForwardEvents1")) {
      JsonNode pattern =
          made.resources(EU, "ConfigSync", "AWS::Events::Rule")
              .get(rule)
              .at("/Properties/EventPattern");
      assertThat(matches(pattern, event)).as(rule).isEqualTo(matched);
    }
  }

  /** As EventBridge does it: each field of the pattern lists the values that it may have. */
  private static boolean matches(JsonNode pattern, JsonNode event) {
    if (pattern.isArray()) {
      return StreamSupport.stream(pattern.spliterator(), false)
          .map(value -> value.has("Ref") ? "eu-west-1" : value.asText())
          .anyMatch(value -> value.equals(event.asText()));
    }
    return pattern.properties().stream()
        .allMatch(field -> matches(field.getValue(), event.path(field.getKey())));
  }
}
