package dev.heimdall.launcher.doctor;

import dev.heimdall.routing.call.AwsQuestion;
import dev.heimdall.routing.call.AwsService;
import dev.heimdall.routing.instance.LifecycleHook;
import dev.heimdall.routing.instance.SecurityGroups;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One question to each service, of those that Heimdall asks. Services that are only written to are
 * asked to write something that they cannot take: they say first whether they would be allowed to.
 */
final class AwsChecks {
  private final AwsProbe look;
  private final List<Check> checks = new ArrayList<>();

  private AwsChecks(AwsProbe look) {
    this.look = look;
  }

  static List<Check> of(AwsProbe look, Examination.Needs needs) {
    AwsChecks checks = new AwsChecks(look);
    for (String action : List.of("DescribeDBClusters", "DescribeDBInstances")) {
      checks.form(needs.rds(), AwsService.RDS, "2014-10-31", "rds:" + action);
    }
    checks.form(false, AwsService.RDS, "2014-10-31", "rds:DescribeGlobalClusters");
    checks.question(false, SecurityGroups.question(List.of()));
    checks.form(
        false, AwsService.ELASTICACHE, "2015-02-02", "elasticache:DescribeReplicationGroups");
    checks.question(needs.lifecycle(), LifecycleHook.membership(Optional.empty()));
    checks.question(
        needs.metrics(),
        AwsQuestion.form(
            AwsService.CLOUDWATCH,
            "2010-08-01",
            "cloudwatch:PutMetricData",
            Map.of("Namespace", "Heimdall")));
    if (needs.logGroups().isEmpty()) {
      checks.question(false, logs("/heimdall/doctor"));
    }
    for (String group : needs.logGroups()) {
      checks.checks.add(
          new Check(
              "CloudWatch Logs " + group + ", logs:PutLogEvents",
              true,
              () -> look.allowed(logs(group), "the log group " + group)));
    }
    checks.question(
        false,
        AwsQuestion.json(
            AwsService.SECRETS_MANAGER,
            "secretsmanager.ListSecrets",
            "secretsmanager:ListSecrets",
            "{\"MaxResults\":1}"));
    checks.question(false, AwsQuestion.get(AwsService.S3, "s3:ListAllMyBuckets", "/", Map.of()));
    checks.question(
        false,
        AwsQuestion.get(
            AwsService.ROUTE_53,
            "route53:ListHostedZones",
            "/2013-04-01/hostedzone",
            Map.of("maxitems", "1")));
    return checks.checks;
  }

  private void form(boolean needed, AwsService service, String version, String action) {
    question(needed, AwsQuestion.form(service, version, action, Map.of("MaxRecords", "20")));
  }

  private void question(boolean needed, AwsQuestion question) {
    checks.add(
        new Check(
            question.service().title() + ", " + question.action(),
            needed,
            () -> look.allowed(question, "")));
  }

  /** Sends nothing to a group of logs, which says whether something might be sent. */
  static AwsQuestion logs(String group) {
    return AwsQuestion.json(
        AwsService.LOGS,
        "Logs_20140328.PutLogEvents",
        "logs:PutLogEvents",
        "{\"logGroupName\":\"%s\",\"logStreamName\":\"doctor\",\"logEvents\":[]}".formatted(group));
  }
}
