package dev.heimdall.launcher.doctor;

import dev.heimdall.routing.call.AwsCallException;
import dev.heimdall.routing.call.AwsQuestion;
import dev.heimdall.routing.call.AwsService;
import dev.heimdall.routing.call.SignedCalls;
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
  private final SignedCalls calls;
  private final List<Check> checks = new ArrayList<>();

  private AwsChecks(SignedCalls calls) {
    this.calls = calls;
  }

  static List<Check> of(SignedCalls calls, Examination.Needs needs) {
    AwsChecks checks = new AwsChecks(calls);
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
    checks.question(
        needs.logs(),
        AwsQuestion.json(
            AwsService.LOGS,
            "Logs_20140328.PutLogEvents",
            "logs:PutLogEvents",
            "{\"logGroupName\":\"/heimdall/doctor\",\"logStreamName\":\"doctor\",\"logEvents\":[]}"));
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
            question.service().title() + ", " + question.action(), needed, () -> ask(question)));
  }

  private Check.Outcome ask(AwsQuestion question) {
    try {
      calls.checkCredentials();
    } catch (AwsCallException e) {
      return knock(question, e);
    }
    try {
      calls.ask(question);
      return reached(question);
    } catch (AwsCallException e) {
      return switch (e.kind()) {
        case DENIED -> new Check.Outcome(State.DENIED, e.getMessage());
        case NO_CREDENTIALS, CREDENTIALS_REFUSED ->
            new Check.Outcome(State.NO_CREDENTIALS, e.getMessage());
        case TIMED_OUT -> new Check.Outcome(State.TIMED_OUT, e.getMessage());
        case UNREACHABLE -> new Check.Outcome(State.UNREACHABLE, e.getMessage());
        // It was about to do what it was asked.
        case THROTTLED, REFUSED -> answered(question, e);
      };
    }
  }

  /** A service that is ill or no service answers with a number only. */
  private Check.Outcome answered(AwsQuestion question, AwsCallException e) {
    return e.code().isEmpty() ? new Check.Outcome(State.FAILED, e.getMessage()) : reached(question);
  }

  /** Without credentials there still is the way to look at. */
  private Check.Outcome knock(AwsQuestion question, AwsCallException without) {
    try {
      calls.knock(question);
      throw new AssertionError("somebody who knocks is let in");
    } catch (AwsCallException e) {
      if (e.reached()) {
        return new Check.Outcome(
            State.NO_CREDENTIALS,
            calls.endpoint(question.service()) + " answers, but " + without.getMessage());
      }
      return new Check.Outcome(
          e.kind() == AwsCallException.Kind.TIMED_OUT ? State.TIMED_OUT : State.UNREACHABLE,
          e.getMessage());
    }
  }

  private Check.Outcome reached(AwsQuestion question) {
    return Check.Outcome.ok(calls.endpoint(question.service()).toString());
  }
}
