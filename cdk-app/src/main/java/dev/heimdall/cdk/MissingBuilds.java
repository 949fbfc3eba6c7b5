package dev.heimdall.cdk;

import dev.heimdall.cdk.config.Deployment;
import dev.heimdall.cdk.config.Region;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Files that a deployment packs and that are not built yet: the release of the nodes and the
 * function, if they are expected where a build leaves them. What is there is packed as it is.
 *
 * @param commands of a shell, in the folder of the repository
 */
record MissingBuilds(Path base, List<String> commands) {
  private static final Path RELEASE = Path.of("cdk-app/target/heimdall-release.tar.gz");
  private static final Path FUNCTION =
      Path.of("config-sync-lambda/target/heimdall-config-sync-lambda.jar");

  MissingBuilds {
    commands = List.copyOf(commands);
  }

  static MissingBuilds of(Deployment deployment, Path base) {
    Set<String> commands = new LinkedHashSet<>();
    boolean function = false;
    for (Region region : deployment.regions()) {
      // Elsewhere a release needs authorities that people have compared.
      if (region.partition().equals("aws") && isMissing(region.fleet().release(), RELEASE, base)) {
        commands.add("cdk-app/release");
      }
      if (region.configSync().enabled() && isMissing(region.configSync().jar(), FUNCTION, base)) {
        function = true;
      }
    }
    // The release's build makes it, too.
    if (function && commands.isEmpty()) {
      commands.add("mvn -q -B -Dquick -Dmaven.test.skip=true -pl config-sync-lambda -am package");
    }
    return new MissingBuilds(base, List.copyOf(commands));
  }

  private static boolean isMissing(String file, Path made, Path base) {
    return Path.of(file).normalize().equals(made) && !Files.exists(base.resolve(made));
  }

  /**
   * Builds it; what builds say goes to the standard error.
   *
   * @throws DeploymentException if a build fails
   */
  void build() throws DeploymentException {
    for (String command : commands) {
      System.err.println("building, as it is not there yet: " + command);
      try {
        int code =
            new ProcessBuilder("bash", "-c", "(" + command + ") >&2 </dev/null")
                .directory(base.toFile())
                .inheritIO()
                .start()
                .waitFor();
        if (code != 0) {
          throw new DeploymentException(command + " failed, with the exit code " + code);
        }
      } catch (IOException e) {
        throw new DeploymentException(command + " cannot be run: " + e.getMessage());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new DeploymentException("interrupted");
      }
    }
  }
}
