package dev.heimdall.launcher;

import dev.heimdall.launcher.moving.Imported;
import dev.heimdall.launcher.process.CommandFailure;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code heimdall import pgbouncer}. */
@Command(
    name = "pgbouncer",
    description = {
      "Reads pgbouncer.ini and the files that it names, and writes the documents of a"
          + " configuration that does the same.",
      "Each line that has no counterpart is named, with the reason."
    })
final class ImportPgBouncerCommand implements Callable<Integer> {
  @Mixin private HelpOption help;

  @Spec private CommandSpec spec;

  @Option(
      names = "--userlist",
      paramLabel = "FILE",
      description = "The file with users, where it is not where auth_file says.")
  private Path userlist;

  @Option(
      names = "--output",
      paramLabel = "DIRECTORY",
      required = true,
      description = "Where the documents are written: a directory that is empty or not there yet.")
  private Path output;

  @Parameters(paramLabel = "FILE", description = "pgbouncer.ini")
  private Path file;

  @Override
  public Integer call() throws CommandFailure {
    Imported read = Imported.fromPgBouncer(file, Optional.ofNullable(userlist));
    ImportCommand.write(read, output, spec.commandLine().getOut());
    return 0;
  }
}
