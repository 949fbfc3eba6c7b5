package dev.heimdall.launcher;

import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import dev.heimdall.launcher.process.Logging;
import dev.heimdall.routing.AwsTrouble;
import dev.heimdall.routing.RdsServer;
import dev.heimdall.routing.Surroundings;
import dev.heimdall.routing.SurroundingsReader;
import dev.heimdall.routing.TopologyCluster;
import dev.heimdall.routing.TopologyGlobal;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code heimdall surroundings}. */
@Command(
    name = "surroundings",
    description = {
      "Lists what this account has in a region of AWS that a fleet could use: clusters and their"
          + " servers, global clusters, caches, regions.",
      "What it may not ask it names, with the permission that is missing; the exit code is 4 then."
    })
final class SurroundingsCommand implements Callable<Integer> {
  @Mixin private HelpOption help;

  @Mixin private AwsPlace aws;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws CommandFailure {
    Logging.quiet();
    Surroundings found;
    try (SurroundingsReader reader = new SurroundingsReader(aws.access(), Clock.systemUTC())) {
      found = reader.read();
    }
    print(found, spec.commandLine().getOut());
    return found.troubles().isEmpty() ? ExitCode.OK.code() : ExitCode.STARTUP.code();
  }

  private static void print(Surroundings found, PrintWriter out) {
    for (TopologyCluster cluster : found.topology().clusters()) {
      out.println(
          "cluster %s: %s, %s, %s"
              .formatted(
                  cluster.name(),
                  cluster.engine(),
                  cluster.status(),
                  cluster
                      .endpoint()
                      .map(host -> host + ":" + cluster.port())
                      .orElse("no endpoint")));
      out.println("  cluster.arn %s".formatted(cluster.arn()));
      for (RdsServer server : cluster.servers()) {
        out.println(
            "  %s %s: %s%s, %s"
                .formatted(
                    server.role().name().toLowerCase(Locale.ROOT),
                    server.name(),
                    server.host().map(host -> host + ":" + server.port()).orElse("no address"),
                    server.zone().map(zone -> " in " + zone).orElse(""),
                    server.status()));
      }
    }
    for (TopologyGlobal global : found.topology().globals().orElse(List.of())) {
      out.println(
          "global cluster %s: %s, %s, writer in %s"
              .formatted(
                  global.name(),
                  global.engine(),
                  global.status(),
                  global.writerRegion().orElse("no region")));
      out.println("  cluster.arn %s".formatted(global.arn()));
    }
    for (Surroundings.Cache cache : found.caches()) {
      out.println(
          "cache %s: %s%s, %s, %s%s%s"
              .formatted(
                  cache.name(),
                  cache.engine(),
                  cache.serverless() ? ", serverless" : cache.clustered() ? " in cluster mode" : "",
                  cache.status(),
                  cache.address().isEmpty() ? "no address" : cache.address(),
                  cache.tls() ? ", TLS" : "",
                  cache.password() ? ", password" : ""));
    }
    if (!found.regions().isEmpty()) {
      out.println("regions: " + String.join(", ", found.regions()));
    }
    for (AwsTrouble trouble : found.troubles()) {
      out.println("! " + trouble.described());
    }
  }
}
