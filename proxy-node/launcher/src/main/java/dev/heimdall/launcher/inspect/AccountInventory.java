package dev.heimdall.launcher.inspect;

import dev.heimdall.manager.inspect.AwsAccount;
import dev.heimdall.manager.inspect.AwsDatabase;
import dev.heimdall.manager.inspect.CheckResult;
import dev.heimdall.routing.AwsAccess;
import dev.heimdall.routing.AwsTrouble;
import dev.heimdall.routing.RdsRole;
import dev.heimdall.routing.RdsServer;
import dev.heimdall.routing.Surroundings;
import dev.heimdall.routing.SurroundingsReader;
import dev.heimdall.routing.TopologyCluster;
import dev.heimdall.routing.TopologyGlobal;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Lists the databases and caches of an account. What the manager's role needs follows from it. */
final class AccountInventory {
  private static final Duration CALL = Duration.ofSeconds(5);
  private static final String INSTANCE = ":db:";

  private AccountInventory() {}

  static AwsAccount read(String region, Map<String, String> environment) {
    Optional<URI> endpoint =
        Optional.ofNullable(environment.get("AWS_ENDPOINT_URL"))
            .filter(url -> !url.isBlank())
            .map(url -> URI.create(url.strip()));
    AwsAccess access = AwsAccess.ofMachine(region, endpoint, CALL);
    try (SurroundingsReader reader = new SurroundingsReader(access, Clock.systemUTC())) {
      Surroundings found = reader.read();
      List<TopologyGlobal> globals = found.topology().globals().orElse(List.of());
      return new AwsAccount(
          region,
          found.topology().clusters().stream()
              .map(one -> database(one, globals, found.topology().versions()))
              .toList(),
          found.caches(),
          found.troubles().stream().map(trouble -> finding(region, trouble)).toList());
    }
  }

  private static AwsDatabase database(
      TopologyCluster one, List<TopologyGlobal> globals, Map<String, String> versions) {
    AwsDatabase.Kind kind =
        one.arn().contains(INSTANCE)
            ? AwsDatabase.Kind.INSTANCE
            : one.engine().startsWith("aurora")
                ? AwsDatabase.Kind.AURORA
                : AwsDatabase.Kind.MULTI_AZ_CLUSTER;
    return new AwsDatabase(
        one.arn(),
        one.name(),
        kind,
        one.engine(),
        versions.getOrDefault(one.arn(), ""),
        one.status(),
        one.region(),
        one.endpoint().orElse(""),
        one.port(),
        globals.stream()
            .filter(
                global -> global.members().stream().anyMatch(m -> m.cluster().equals(one.arn())))
            .map(TopologyGlobal::name)
            .findFirst()
            .orElse(""),
        one.servers().stream().map(AccountInventory::member).toList());
  }

  private static AwsDatabase.Member member(RdsServer server) {
    return new AwsDatabase.Member(
        server.name(),
        server.host().orElse(""),
        server.port(),
        server.role() == RdsRole.WRITER
            ? "writer"
            : server.role() == RdsRole.READER ? "reader" : "",
        server.zone().orElse(""));
  }

  private static CheckResult finding(String region, AwsTrouble trouble) {
    return switch (trouble.kind()) {
      case NO_CREDENTIALS ->
          CheckResult.skipped(
              region,
              "Credentials",
              "The manager has no AWS credentials: " + trouble.message(),
              "Give its instance a role with the policy templates/iam/manager.json. Without one,"
                  + " enter the database yourself.");
      case DENIED ->
          CheckResult.bad(
              region,
              trouble.action(),
              "The permission %s is missing: %s".formatted(trouble.action(), trouble.message()),
              "Allow %s to the role of the manager; templates/iam/manager.json has it."
                  .formatted(trouble.action()));
      case THROTTLED ->
          CheckResult.note(
              region,
              trouble.action(),
              "AWS limits how often this is asked: " + trouble.message(),
              "Look again in a minute.");
      case FAILED ->
          CheckResult.bad(
              region,
              trouble.action(),
              trouble.message(),
              "Look at the AWS endpoints below: a VPC endpoint or a route may be missing.");
    };
  }
}
