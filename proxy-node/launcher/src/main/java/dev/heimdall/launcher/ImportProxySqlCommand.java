package dev.heimdall.launcher;

import dev.heimdall.launcher.moving.Imported;
import dev.heimdall.launcher.process.CommandFailure;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code heimdall import proxysql}. */
@Command(
    name = "proxysql",
    description = {
      "Reads proxysql.cnf, and writes the documents of a configuration that does the same.",
      "Each line that has no counterpart is named, with the reason."
    })
final class ImportProxySqlCommand implements Callable<Integer> {
  @Mixin private HelpOption help;

  @Mixin private OutputOption output;

  @Parameters(paramLabel = "FILE", description = "proxysql.cnf")
  private Path file;

  @Override
  public Integer call() throws CommandFailure {
    output.write(Imported.fromProxySql(file));
    return 0;
  }
}
