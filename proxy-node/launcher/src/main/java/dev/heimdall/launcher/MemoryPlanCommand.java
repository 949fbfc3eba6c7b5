package dev.heimdall.launcher;

import dev.heimdall.launcher.conf.HeimdallConf;
import dev.heimdall.launcher.conf.MemoryPlan;
import dev.heimdall.launcher.conf.MemoryWishes;
import dev.heimdall.launcher.conf.Role;
import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import dev.heimdall.launcher.process.Machine;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code heimdall memory-plan}, which the heimdall script asks before it starts a node. */
@Command(
    name = "memory-plan",
    description = "Prints how a node divides the memory of this machine, as heimdall.conf has it.")
final class MemoryPlanCommand implements Callable<Integer> {
  @Mixin private HelpOption help;

  @Mixin private NodePlace place;

  @Option(names = "--options", description = "Print it as options of the JVM, one a line.")
  private boolean options;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws CommandFailure {
    Optional<HeimdallConf> conf = place.conf();
    Machine machine = Machine.current();
    MemoryPlan plan =
        MemoryPlan.of(
                Role.PROXY,
                machine.memory(),
                conf.map(HeimdallConf::memory).orElse(MemoryWishes.none()))
            .orElseThrow(() -> tooSmall(machine, conf));
    PrintWriter out = spec.commandLine().getOut();
    if (options) {
      plan.options().forEach(out::println);
    } else {
      out.println(
          "heap %s, network buffers %s, left to the system and the JVM %s, of %s on %s"
              .formatted(
                  Machine.mebibytes(plan.heap()),
                  Machine.mebibytes(plan.direct()),
                  Machine.mebibytes(plan.system()),
                  Machine.mebibytes(machine.memory()),
                  Plural.of(machine.processors(), "processor")));
    }
    return ExitCode.OK.code();
  }

  private static CommandFailure tooSmall(Machine machine, Optional<HeimdallConf> conf) {
    return new CommandFailure(
        ExitCode.CONFIGURATION,
        "this machine has %s, of which a node cannot have what it needs%s. A node alone on a machine takes at least %s."
            .formatted(
                Machine.mebibytes(machine.memory()),
                conf.map(c -> " as " + c.file() + " wants it (memory, heapMemory, directMemory)")
                    .orElse(""),
                Machine.mebibytes(MemoryPlan.least(Role.PROXY))));
  }
}
