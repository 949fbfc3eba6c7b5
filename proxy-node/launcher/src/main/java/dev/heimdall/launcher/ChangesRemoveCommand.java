package dev.heimdall.launcher;

import dev.heimdall.launcher.process.CommandFailure;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code heimdall changes remove}. */
@Command(
    name = "remove",
    description =
        "Removes these triggers from tables and from what inherits from them; where none are named,"
            + " from all of the database, with the function that they call.")
final class ChangesRemoveCommand implements Callable<Integer> {
  @Mixin private HelpOption help;

  @Mixin private TriggerPlace place;

  @Override
  public Integer call() throws CommandFailure {
    return place.carryOut(
        TriggerPlace.triggers().remove(place.schemas(), place.tables()), "The triggers are gone.");
  }
}
