package dev.heimdall.launcher;

import dev.heimdall.launcher.conf.ConfException;
import dev.heimdall.launcher.conf.HeimdallConf;
import dev.heimdall.launcher.conf.Role;
import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/**
 * Source from which a command finds out what this machine is to run: options of several commands.
 */
final class NodePlace {
  @Option(
      names = "--config",
      paramLabel = ConfigurationPlace.LABEL,
      description =
          ConfigurationPlace.DESCRIPTION + " It goes before what a machine's file says of that.")
  private String place;

  @Option(
      names = "--conf",
      paramLabel = "FILE",
      description =
          "What this machine says of itself. Without it and without --config: /etc/heimdall.conf.")
  private Path file;

  @Spec(Target.MIXEE)
  private CommandSpec spec;

  /** Content of the machine's file, if it is wanted; it must be there then. */
  Optional<HeimdallConf> conf() throws CommandFailure {
    Optional<HeimdallConf> conf = confIfAny();
    if (conf.isEmpty() && place == null) {
      throw new ParameterException(
          spec.commandLine(),
          "There is no %s: write one, or say where the configuration is with --config=PLACE."
              .formatted(HeimdallConf.FILE));
    }
    return conf;
  }

  /** Content of the machine's file, which need not be there. */
  Optional<HeimdallConf> confIfAny() throws CommandFailure {
    if (file == null && (place != null || !Files.exists(HeimdallConf.FILE))) {
      return Optional.empty();
    }
    Path path = file == null ? HeimdallConf.FILE : file;
    try {
      return Optional.of(HeimdallConf.read(path));
    } catch (ConfException e) {
      throw new CommandFailure(
          ExitCode.CONFIGURATION, Problems.of(path.toString(), e.problems()), e);
    }
  }

  /** Content of the machine's file, on a machine that is there for this role. */
  Optional<HeimdallConf> conf(Role role) throws CommandFailure {
    Optional<HeimdallConf> conf = conf();
    Optional<Role> said = conf.flatMap(HeimdallConf::role);
    if (said.isPresent() && said.get() != role) {
      throw new CommandFailure(
          ExitCode.CONFIGURATION,
          "hdRole in %s is %s, and this is `heimdall %s`: `heimdall run` does what hdRole says."
              .formatted(conf.get().file(), said.get().spelling(), role.spelling()));
    }
    return conf;
  }

  /** True if the command line names a configuration. */
  boolean named() {
    return place != null;
  }

  /** Place of the configuration, as it was written. */
  String configuration(Optional<HeimdallConf> conf) {
    return place != null
        ? place
        : conf.map(HeimdallConf::configuration).orElse(HeimdallConf.CONFIG_DIRECTORY.toString());
  }
}
