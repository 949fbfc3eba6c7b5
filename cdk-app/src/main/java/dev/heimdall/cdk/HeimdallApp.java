package dev.heimdall.cdk;

import dev.heimdall.cdk.config.Deployment;
import dev.heimdall.cdk.config.Region;
import dev.heimdall.cdk.config.Routing;
import io.github.cdklabs.cdknag.AwsSolutionsChecks;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import software.amazon.awscdk.App;
import software.amazon.awscdk.AppProps;
import software.amazon.awscdk.Aspects;
import software.amazon.awscdk.Stack;

/** The app: every region's stacks, watched by the rules of the AWS Solutions pack. */
public final class HeimdallApp {
  private static final String REMEDY =
      "install it (Debian, Ubuntu: apt-get install nodejs; macOS: brew install node)";

  private HeimdallApp() {}

  /**
   * Puts the app together.
   *
   * @param base where relative paths of the deployment's files begin
   * @param context as {@code cdk.json} has it
   * @param out where the assembly goes; null for where the CDK command wants it
   * @throws DeploymentException if a file is missing
   */
  public static App of(Deployment deployment, Path base, Map<String, Object> context, Path out)
      throws DeploymentException {
    Map<String, Object> settings = new HashMap<>(context);
    App app =
        new App(
            AppProps.builder()
                .analyticsReporting(false)
                .context(settings)
                .outdir(out == null ? null : out.toString())
                .build());
    Map<String, Stack> stacks = new HashMap<>();
    for (Region region : deployment.regions()) {
      stacks.put(region.region(), RegionStack.of(app, deployment, region, base));
    }
    CopyStack.all(app, deployment, stacks);
    zoneBeforeRecords(deployment, stacks);
    JoinedStack.all(app, deployment, stacks);
    Aspects.of(app).add(new AwsSolutionsChecks());
    return app;
  }

  /** The first region's stack makes the zone that the records of the others go to. */
  private static void zoneBeforeRecords(Deployment deployment, Map<String, Stack> stacks) {
    Routing routing = deployment.routing();
    if (routing.enabled() && routing.zoneId().isEmpty()) {
      Stack first = stacks.get(deployment.regions().get(0).region());
      stacks.values().stream()
          .filter(other -> other != first)
          .forEach(other -> other.addStackDependency(first));
    }
  }

  /** The library's own word on this is a broken pipe. */
  public static void requireNode() throws DeploymentException {
    try {
      Process node = new ProcessBuilder("node", "--version").redirectErrorStream(true).start();
      node.getOutputStream().close();
      String version =
          new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      if (node.waitFor() != 0 || !version.matches("v(1[89]|[2-9][0-9])\\..*")) {
        throw new DeploymentException(
            "the CDK needs Node.js 18 or newer, best 22 or 24; found is "
                + version
                + ": "
                + REMEDY);
      }
    } catch (IOException e) {
      throw new DeploymentException(
          "the CDK needs Node.js 18 or newer, best 22 or 24; there is no node in PATH: " + REMEDY);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DeploymentException("interrupted");
    }
  }
}
