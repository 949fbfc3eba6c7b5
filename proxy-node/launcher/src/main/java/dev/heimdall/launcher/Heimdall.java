package dev.heimdall.launcher;

import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import dev.heimdall.model.NearestName;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.security.Security;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The {@code heimdall} command. */
@Command(
    name = "heimdall",
    description = "A proxy for PostgreSQL, MySQL, MariaDB and SQL Server, and its manager.",
    mixinStandardHelpOptions = true,
    versionProvider = VersionCommand.Provider.class,
    synopsisSubcommandLabel = "COMMAND",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:a bug in Heimdall, or a demo workload with errors",
      "2:the command line was not understood",
      "3:the configuration was rejected, or a certificate, key or CA file that it names",
      "4:a busy port, a file that only this machine lacks, or something else outside",
      "5:somebody else has edited the configuration that was to be pushed or pulled",
      "6:what was only to be looked at differs from what was wanted"
    })
public final class Heimdall implements Runnable {
  /** The one that tells of all others. */
  private static final String HELP = "help";

  /** In the order in which they are listed. */
  private static final List<Class<?>> COMMANDS =
      List.of(
          DemoCommand.class,
          ProxyCommand.class,
          ServerCommand.class,
          BothCommand.class,
          RunCommand.class,
          CheckCommand.class,
          ConfigCommand.class,
          RulesCommand.class,
          CacheCommand.class,
          ChangesCommand.class,
          ReadyCommand.class,
          DoctorCommand.class,
          TopCommand.class,
          SurroundingsCommand.class,
          DeploymentCommand.class,
          ImportCommand.class,
          GenerateCommand.class,
          RoutingCommand.class,
          MemoryPlanCommand.class,
          PrepareCommand.class,
          VersionCommand.class,
          CommandLine.HelpCommand.class);

  @Spec private CommandSpec spec;

  Heimdall() {}

  /**
   * Time for which the JVM may rely on an answer of the DNS: names of databases lead elsewhere
   * after a failover. It is read once, when the first name is looked up.
   */
  private static final int NAME_SECONDS = 5;

  /** Runs the command and ends the JVM with its exit code. */
  public static void main(String[] arguments) {
    Security.setProperty("networkaddress.cache.ttl", Integer.toString(NAME_SECONDS));
    System.exit(run(writer(System.out), writer(System.err), arguments));
  }

  /** Runs the command; its exit code is returned. */
  public static int run(PrintWriter out, PrintWriter err, String... arguments) {
    return with(asked(arguments))
        .setOut(out)
        .setErr(err)
        .setExecutionExceptionHandler(Heimdall::failed)
        .setParameterExceptionHandler(Heimdall::misspelt)
        .execute(arguments);
  }

  /** All that can be asked for. */
  public static CommandLine commandLine() {
    return with(COMMANDS);
  }

  private static CommandLine with(List<Class<?>> commands) {
    CommandLine heimdall = new CommandLine(new Heimdall());
    commands.forEach(heimdall::addSubcommand);
    return heimdall;
  }

  /** To read what all of them take costs more time than most of them run. */
  private static List<Class<?>> asked(String... arguments) {
    String first = arguments.length == 0 || arguments[0].equals(HELP) ? "" : arguments[0];
    for (Class<?> command : COMMANDS) {
      if (command.getAnnotation(Command.class).name().equals(first)) {
        return List.of(command);
      }
    }
    return COMMANDS;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "A command is missing.");
  }

  /** The command line's own suggestions put other commands ahead of the nearest one. */
  private static int misspelt(ParameterException failure, String... ignored) {
    CommandLine command = failure.getCommandLine();
    PrintWriter err = command.getErr();
    err.println(failure.getMessage());
    Optional<String> meant =
        failure instanceof UnmatchedArgumentException unmatched
            ? NearestName.of(unmatched.getUnmatched().get(0), command.getSubcommands().keySet())
            : Optional.empty();
    if (meant.isPresent()) {
      String name = command.getCommandSpec().qualifiedName(" ");
      err.println("Did you mean: " + name + " " + meant.get() + "?");
    } else if (!UnmatchedArgumentException.printSuggestions(failure, err)) {
      command.usage(err);
    }
    return command.getCommandSpec().exitCodeOnInvalidInput();
  }

  private static int failed(
      Exception failure, CommandLine command, CommandLine.ParseResult ignored) {
    if (failure instanceof CommandFailure expected) {
      command.getErr().println("heimdall: " + expected.getMessage());
      return expected.exitCode().code();
    }
    command.getErr().println("heimdall: this is a bug in Heimdall; please report what follows.");
    failure.printStackTrace(command.getErr());
    return ExitCode.BUG.code();
  }

  private static PrintWriter writer(OutputStream stream) {
    return new PrintWriter(
        new OutputStreamWriter(stream, StandardCharsets.UTF_8), /* autoFlush= */ true);
  }
}
