package dev.heimdall.launcher;

import dev.heimdall.launcher.conf.HeimdallConf;
import dev.heimdall.launcher.conf.MemoryOptions;
import dev.heimdall.launcher.conf.MemoryPlan;
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
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code heimdall memory-plan}, which the heimdall script asks before it starts a node. */
@Command(
    name = "memory-plan",
    description = "Prints how a node divides the memory of this machine, as heimdall.conf has it.")
final class MemoryPlanCommand implements Callable<Integer> {
  @Mixin private HelpOption help;

  @Mixin private NodePlace place;

  @Option(
      names = "--role",
      paramLabel = "ROLE",
      description =
          "What the machine is there for: proxy, server or both. Without it: hdRole of its file, or"
              + " proxy.")
  private String role;

  @Option(names = "--options", description = "Print it as options of the JVM, one a line.")
  private boolean options;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws CommandFailure {
    Optional<HeimdallConf> conf = place.conf();
    Machine machine = Machine.current();
    Role planned = role == null ? conf.flatMap(HeimdallConf::role).orElse(Role.PROXY) : asked();
    MemoryPlan plan =
        MemoryPlan.of(
                planned,
                machine.memory(),
                conf.map(HeimdallConf::memory).orElse(MemoryOptions.none()))
            .orElseThrow(() -> tooSmall(planned, machine, conf));
    PrintWriter out = spec.commandLine().getOut();
    if (options) {
      plan.options().forEach(out::println);
    } else {
      out.println(
          "%sleft to the system and the JVM %s, of %s on %s"
              .formatted(
                  parts(plan),
                  Machine.mebibytes(plan.system()),
                  Machine.mebibytes(machine.memory()),
                  Plural.of(machine.processors(), "processor")));
    }
    return ExitCode.OK.code();
  }

  private Role asked() {
    try {
      return Role.of(role);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          spec.commandLine(), "--role is %s; it may be proxy, server or both.".formatted(role));
    }
  }

  private static String parts(MemoryPlan plan) {
    String node =
        plan.heap() == 0
            ? ""
            : "heap %s, network buffers %s, "
                .formatted(Machine.mebibytes(plan.heap()), Machine.mebibytes(plan.direct()));
    return plan.manager() == 0
        ? node
        : node + "the manager's heap %s, ".formatted(Machine.mebibytes(plan.manager()));
  }

  private static CommandFailure tooSmall(Role role, Machine machine, Optional<HeimdallConf> conf) {
    return new CommandFailure(
        ExitCode.CONFIGURATION,
        "this machine has %s, of which %s cannot have what it needs%s. Alone on a machine %s takes at least %s."
            .formatted(
                Machine.mebibytes(machine.memory()),
                who(role),
                conf.map(c -> " as " + c.file() + " wants it (memory, heapMemory, directMemory)")
                    .orElse(""),
                who(role),
                Machine.mebibytes(MemoryPlan.least(role))));
  }

  private static String who(Role role) {
    return switch (role) {
      case PROXY -> "a node";
      case SERVER -> "a manager";
      case BOTH -> "a node with a manager";
    };
  }
}
