package dev.heimdall.cdk;

import dev.heimdall.cdk.config.Deployment;
import dev.heimdall.cdk.config.DeploymentFile;
import dev.heimdall.model.ConfigurationException;
import java.nio.file.Path;
import java.util.Map;

/**
 * Entry point that {@code cdk.json} runs; works without the CDK command, too.
 *
 * <pre>AppMain [deployment.json [directory of the assembly]]</pre>
 */
public final class AppMain {
  private AppMain() {}

  public static void main(String[] args) {
    System.exit(run(args));
  }

  static int run(String... args) {
    Path file = Path.of(args.length > 0 ? args[0] : "deployment.json").toAbsolutePath();
    // Without it, the command that runs this says by its environment where it wants the assembly.
    Path out = args.length > 1 ? Path.of(args[1]).toAbsolutePath() : null;
    try {
      Deployment deployment = DeploymentFile.read(file);
      Path base = Path.of("").toAbsolutePath();
      MissingBuilds.of(deployment, base).build();
      HeimdallApp.requireNode();
      HeimdallApp.of(deployment, base, Map.of(), out).synth();
      return 0;
    } catch (ConfigurationException | DeploymentException e) {
      System.err.println(file + ": " + e.getMessage());
      return 3;
    }
  }
}
