package dev.heimdall.launcher;

import dev.heimdall.launcher.process.CommandFailure;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code heimdall changes install}. */
@Command(
    name = "install",
    description =
        "Makes triggers that notify nodes of written tables, where there are none yet, of these"
            + " tables and of what inherits from them.")
final class ChangesInstallCommand implements Callable<Integer> {
  @Mixin private HelpOption help;

  @Mixin private TriggerPlace place;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws CommandFailure {
    if (place.selectsNothing()) {
      throw new ParameterException(
          spec.commandLine(), "Which tables? --tables names some, --schemas all of a schema.");
    }
    return place.carryOut(
        TriggerPlace.triggers().install(place.schemas(), place.tables()),
        "The triggers are there.");
  }
}
