package dev.heimdall.launcher.inspect;

import dev.heimdall.launcher.doctor.Examination;
import dev.heimdall.manager.inspect.CheckResult;
import dev.heimdall.routing.call.SignedCalls;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Checks that the services of AWS can be reached, as {@code heimdall doctor} does. */
final class AwsEndpoints {
  private static final Duration CALL = Duration.ofSeconds(3);
  private static final Duration ALL = Duration.ofSeconds(15);

  /** Calls for the lists of the manager; the others are what nodes and people do. */
  private static final Set<String> OWN =
      Set.of(
          "rds:DescribeDBClusters",
          "rds:DescribeDBInstances",
          "rds:DescribeGlobalClusters",
          "elasticache:DescribeReplicationGroups");

  /** Names of the services' VPC endpoints behind the region. */
  private static final Map<String, String> VPC_ENDPOINTS =
      Map.of(
          "RDS", "rds",
          "EC2", "ec2",
          "ElastiCache", "elasticache",
          "Auto Scaling", "autoscaling",
          "CloudWatch", "monitoring",
          "CloudWatch Logs", "logs",
          "Secrets Manager", "secretsmanager");

  private AwsEndpoints() {}

  static void look(String region, Map<String, String> environment, Consumer<CheckResult> found) {
    Examination.Needs none = Examination.Needs.of(Optional.empty(), false);
    try (SignedCalls calls = SignedCalls.ofMachine(region, environment, CALL)) {
      for (dev.heimdall.launcher.doctor.Finding finding :
          new Examination(ALL).aws(calls, none).carryOut()) {
        found.accept(told(region, finding));
      }
    }
  }

  private static CheckResult told(String region, dev.heimdall.launcher.doctor.Finding finding) {
    int comma = finding.what().lastIndexOf(", ");
    String service = finding.what().substring(0, comma);
    String action = finding.what().substring(comma + 2);
    String detail = finding.detail();
    return switch (finding.state()) {
      case OK -> CheckResult.good(service, action, "Reachable: " + detail);
      case DENIED ->
          OWN.contains(action)
              ? CheckResult.bad(
                  service,
                  action,
                  "Denied: " + detail,
                  "Allow %s to the role of the manager; templates/iam/manager.json has it."
                      .formatted(action))
              : CheckResult.good(
                  service, action, "Reachable. It denies this call, which the manager never makes");
      case NO_CREDENTIALS ->
          CheckResult.note(
              service,
              action,
              detail,
              "Give the machine a role with the policy templates/iam/manager.json.");
      case TIMED_OUT ->
          CheckResult.bad(service, action, "Timed out: " + detail, way(region, service));
      case UNREACHABLE ->
          CheckResult.bad(service, action, "Unreachable: " + detail, way(region, service));
      case FAILED ->
          CheckResult.bad(
              service, action, detail, "Look again in a minute; AWS may have a problem.");
    };
  }

  private static String way(String region, String service) {
    if (service.equals("S3")) {
      return "Add a gateway endpoint com.amazonaws.%s.s3 to the route tables of the manager's"
              .formatted(region)
          + " subnets, or a route to a NAT gateway.";
    }
    String name = VPC_ENDPOINTS.get(service);
    return name == null
        ? "Add a route to a NAT gateway to the route tables of the manager's subnets."
        : "Add an interface endpoint com.amazonaws.%s.%s to the manager's subnets, with private DNS"
                .formatted(region, name)
            + " names and a security group that lets this machine in on port 443, or a route to a"
            + " NAT gateway.";
  }
}
