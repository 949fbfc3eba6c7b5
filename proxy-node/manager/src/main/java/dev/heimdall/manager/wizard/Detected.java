package dev.heimdall.manager.wizard;

import dev.heimdall.manager.inspect.AwsDatabase;
import dev.heimdall.model.ClusterKind;
import dev.heimdall.model.Engine;
import dev.heimdall.routing.Surroundings;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** Answers that follow from a database or a cache that was found in AWS. */
final class Detected {
  private Detected() {}

  static Map<String, String> answers(AwsDatabase database, Engine engine) {
    Map<String, String> answers = new HashMap<>();
    answers.put("engine", engine.spelling());
    answers.put(
        "kind",
        switch (database.kind()) {
          case AURORA -> "aurora";
          case MULTI_AZ_CLUSTER -> "rds-multi-az";
          case INSTANCE -> engine.kinds().contains(ClusterKind.RDS) ? "rds" : "one";
        });
    answers.put("host", database.endpoint());
    answers.put("port", database.port() == 0 ? "" : Integer.toString(database.port()));
    answers.put(
        "replicas",
        !answers.get("kind").equals("rds")
            ? ""
            : database.members().stream()
                .filter(member -> member.role().equals("reader") && !member.host().isEmpty())
                .map(member -> member.host() + ":" + member.port())
                .collect(Collectors.joining("\n")));
    answers.put("database", "");
    answers.put("tls", "");
    answers.put("ca", "");
    answers.put("region", database.region());
    answers.put("name", database.name());
    answers.put("arn", database.arn());
    answers.put("arnHost", database.endpoint());
    return answers;
  }

  static Map<String, String> answers(Surroundings.Cache cache) {
    return Map.of(
        "store",
        "store",
        "storeServers",
        cache.address(),
        "storeMode",
        cache.clustered() ? "cluster" : "standalone",
        "storeTls",
        cache.tls() ? "verify-full" : "disable");
  }
}
