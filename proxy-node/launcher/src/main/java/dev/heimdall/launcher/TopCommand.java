package dev.heimdall.launcher;

import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import dev.heimdall.launcher.top.Top;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
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
      "It is written anew every two seconds; q quits. With --manager it shows all nodes of a"
          + " manager, and the statements that take the most time."
    })
final class TopCommand implements Callable<Integer> {
  @Mixin private HelpOption help;

  @Spec private CommandSpec spec;

  @Option(
      names = "--node",
      paramLabel = "URL",
      defaultValue = "http://127.0.0.1:5059",
      description = "The HTTP endpoint of the node. Default: ${DEFAULT-VALUE}")
  private String node;

  @Option(
      names = "--manager",
      paramLabel = "URL",
      description = "Instead of that, a manager, such as http://127.0.0.1:8087.")
  private String manager;

  @Option(
      names = "--user",
      paramLabel = "NAME",
      defaultValue = "admin",
      description = "An account of the manager. Default: ${DEFAULT-VALUE}")
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
      return Top.ofNode(url("--node", node));
    }
    if (passwordFile == null) {
      throw new ParameterException(
          spec.commandLine(), "--manager needs --password-file: the manager asks who it is.");
    }
    return Top.ofManager(url("--manager", manager), user, password());
  }

  private String password() throws CommandFailure {
    try {
      List<String> lines = Files.readAllLines(passwordFile);
      if (!lines.isEmpty() && !lines.get(0).isBlank()) {
        return lines.get(0).strip();
      }
      throw new CommandFailure(
          ExitCode.STARTUP, "the first line of %s is empty: the password".formatted(passwordFile));
    } catch (IOException e) {
      throw new CommandFailure(
          ExitCode.STARTUP, "cannot read the password in %s".formatted(passwordFile), e);
    }
  }

  private URI url(String option, String text) {
    try {
      URI url = new URI(text);
      if (List.of("http", "https").contains(url.getScheme())
          && url.getHost() != null
          && url.getUserInfo() == null) {
        return url;
      }
    } catch (URISyntaxException e) {
      // As others that are none.
    }
    throw new ParameterException(
        spec.commandLine(),
        "%s takes a URL without a password in it, such as %s."
            .formatted(option, "http://127.0.0.1:5059"));
  }
}
