package dev.heimdall.launcher;

import dev.heimdall.launcher.conf.ConfException;
import dev.heimdall.launcher.conf.HeimdallConf;
import dev.heimdall.launcher.conf.Role;
import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code heimdall run}, which a machine does when it boots. */
@Command(
    name = "run",
    description = {
      "Does what this machine is there for: proxy, server or both, as hdRole in its file says;"
          + " proxy, if that says nothing."
    })
final class RunCommand implements Callable<Integer> {
  @Mixin private HelpOption help;

  @Option(
      names = "--conf",
      paramLabel = "FILE",
      defaultValue = "/etc/heimdall.conf",
      description = "What this machine says of itself. Default: ${DEFAULT-VALUE}")
  private Path file;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws CommandFailure {
    Role role;
    try {
      role = HeimdallConf.read(file).role().orElse(Role.PROXY);
    } catch (ConfException e) {
      throw new CommandFailure(
          ExitCode.CONFIGURATION, Problems.of(file.toString(), e.problems()), e);
    }
    CommandLine command = spec.commandLine();
    return Heimdall.run(command.getOut(), command.getErr(), role.spelling(), "--conf=" + file);
  }
}
