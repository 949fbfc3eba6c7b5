package dev.heimdall.launcher;

import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import dev.heimdall.launcher.top.Console;
import dev.heimdall.launcher.top.Top;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code heimdall top}. */
@Command(
    name = "top",
    description = {
      "Shows what a node does, in the terminal: queries a second, response times, clients and"
          + " connections by virtual database, and the servers of clusters.",
      "It is written anew every two seconds; q quits. With --console it shows the statements that"
          + " take the most time, too. With --manager it shows all nodes of a manager, and these"
          + " statements."
    })
final class TopCommand implements Callable<Integer> {
  private static final Pattern PLACE =
      Pattern.compile("([\\w.-]+|\\[[0-9a-fA-F:]+])(?::([0-9]{1,5}))(?:/([\\w-]+))?");

  @Mixin private HelpOption help;

  @Spec private CommandSpec spec;

  @Option(
      names = "--node",
      paramLabel = "URL",
      defaultValue = "http://127.0.0.1:5059",
      description = "The HTTP endpoint of the node. Default: ${DEFAULT-VALUE}")
  private String node;

  @Option(
      names = "--console",
      paramLabel = "HOST:PORT[/DATABASE]",
      description =
          "A port where the node takes clients of PostgreSQL, such as 127.0.0.1:5050, for its"
              + " statements; and its admin database, if it is not called heimdall.")
  private String console;

  @Option(
      names = "--manager",
      paramLabel = "URL",
      description = "Instead of that, a manager, such as http://127.0.0.1:8087.")
  private String manager;

  @Option(
      names = "--user",
      paramLabel = "NAME",
      defaultValue = "admin",
      description =
          "An account of the manager, or an administrator of the console. Default:"
              + " ${DEFAULT-VALUE}")
  private String user;

  @Option(
      names = "--password-file",
      paramLabel = "FILE",
      description = "A file whose first line is its password; manager-password of the manager's.")
  private Path passwordFile;

  @Option(names = "--once", description = "Prints it once, after two seconds, and ends.")
  private boolean once;

  @Override
  public Integer call() throws CommandFailure {
    Top top = top();
    try {
      if (once) {
        top.once(spec.commandLine().getOut());
      } else if (!top.live(System.out)) {
        throw new CommandFailure(
            ExitCode.STARTUP, "there is no terminal here: use --once, which prints one screen");
      }
      return ExitCode.OK.code();
    } catch (IOException e) {
      throw new CommandFailure(ExitCode.STARTUP, e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ExitCode.INTERRUPTED.code();
    }
  }

  private Top top() throws CommandFailure {
    if (manager == null) {
      return Top.ofNode(Endpoint.url(spec, "--node", node), console());
    }
    if (console != null) {
      throw new ParameterException(
          spec.commandLine(), "--console is for a node: a manager has its statements already.");
    }
    if (passwordFile == null) {
      throw new ParameterException(
          spec.commandLine(), "--manager needs --password-file: the manager asks who it is.");
    }
    return Top.ofManager(
        Endpoint.url(spec, "--manager", manager), user, Endpoint.password(passwordFile));
  }

  private Optional<Console> console() throws CommandFailure {
    if (console == null) {
      return Optional.empty();
    }
    Matcher place = PLACE.matcher(console);
    if (!place.matches()) {
      throw new ParameterException(
          spec.commandLine(), "--console takes HOST:PORT, such as 127.0.0.1:5050.");
    }
    if (passwordFile == null) {
      throw new ParameterException(
          spec.commandLine(), "--console needs --password-file: the node asks who it is.");
    }
    String database = place.group(3) == null ? "heimdall" : place.group(3);
    return Optional.of(
        new Console(
            place.group(1),
            Integer.parseInt(place.group(2)),
            database,
            user,
            Endpoint.password(passwordFile)));
  }
}
