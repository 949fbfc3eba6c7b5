package dev.heimdall.launcher;

import dev.heimdall.launcher.conf.HeimdallConf;
import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import dev.heimdall.routing.AwsAccess;
import dev.heimdall.routing.instance.InstanceMetadata;
import dev.heimdall.routing.instance.MetadataException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Region in which commands query AWS: options of several of them. */
final class AwsPlace {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  @Option(
      names = "--region",
      paramLabel = "REGION",
      description =
          "The AWS region. Without it: that of the machine's file, of the environment, or"
              + " of the instance.")
  private String region;

  private final Map<String, String> environment = System.getenv();

  /** Nothing off EC2 where none is configured: then nothing of AWS is looked at. */
  Optional<String> region(Optional<HeimdallConf> conf) {
    return Optional.ofNullable(region)
        .or(() -> conf.flatMap(HeimdallConf::region))
        .or(() -> named(environment))
        .or(() -> InstanceMetadata.ofMachine(environment).flatMap(AwsPlace::region));
  }

  /** The region that the environment names. */
  static Optional<String> named(Map<String, String> environment) {
    return Optional.ofNullable(environment.get("AWS_REGION"))
        .or(() -> Optional.ofNullable(environment.get("AWS_DEFAULT_REGION")))
        .filter(told -> !told.isBlank());
  }

  private static Optional<String> region(InstanceMetadata metadata) {
    try {
      return Optional.of(metadata.instance().region());
    } catch (MetadataException e) {
      return Optional.empty();
    }
  }

  /** In the name that the SDK finds: environment, profile, role of the machine. */
  AwsAccess access() throws CommandFailure {
    String where =
        region(Optional.empty())
            .orElseThrow(
                () ->
                    new CommandFailure(
                        ExitCode.USAGE,
                        "this is no EC2 instance: name the AWS region with --region or AWS_REGION."));
    return access(where, environment);
  }

  /** Returns the access to AWS in a region. */
  static AwsAccess access(String region, Map<String, String> environment) {
    return AwsAccess.ofMachine(
        region,
        Optional.ofNullable(environment.get("AWS_ENDPOINT_URL"))
            .filter(told -> !told.isBlank())
            .map(told -> URI.create(told.strip())),
        PATIENCE);
  }
}
