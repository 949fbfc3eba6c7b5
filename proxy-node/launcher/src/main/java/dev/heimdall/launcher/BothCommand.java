package dev.heimdall.launcher;

import dev.heimdall.launcher.conf.HeimdallConf;
import dev.heimdall.launcher.conf.ManagerKeys;
import dev.heimdall.launcher.conf.MemoryPlan;
import dev.heimdall.launcher.conf.Role;
import dev.heimdall.launcher.manager.ManagerBeside;
import dev.heimdall.launcher.manager.ManagerCommandLine;
import dev.heimdall.launcher.manager.ManagerProcess;
import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.Machine;
import dev.heimdall.model.LogFormat;
import dev.heimdall.model.NodeSettings;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code heimdall both}. */
@Command(
    name = "both",
    description = {
      "Runs a node, as proxy does, and the manager of its configuration, as server does, beside it:"
          + " two processes that share no memory.",
      "A manager that ends is started again, and the node does not notice; with the node, the"
          + " manager ends."
    })
final class BothCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall");

  /** JVM memory options where no machine's file leads to a plan. */
  private static final List<String> MEMORY = List.of("-Xmx256m");

  @Mixin private HelpOption help;

  @Mixin private NodePlace place;

  @Mixin private StateOption state;

  @Mixin private StateKeyOption key;

  @Mixin private NodeNameOption name;

  @Mixin private RegionFactsOption facts;

  @Mixin private ManagerOptions manager;

  @Override
  public Integer call() throws CommandFailure {
    Optional<HeimdallConf> conf = place.conf(Role.BOTH);
    conf.flatMap(HeimdallConf::region).ifPresent(NodeRun::workIn);
    ManagerKeys keys = manager.keys(conf);
    FirstBoot.load(conf, place);
    ManagerBeside beside = ManagerBeside.of(keys);
    return new NodeRun(
            conf,
            name.name(conf),
            Optional.of(beside.managers()),
            settings -> Optional.of(start(settings, conf, keys, beside)))
        .with(place.configuration(conf), state.directory(), key.file(conf), facts.toRun(conf));
  }

  private ManagerProcess start(
      NodeSettings settings, Optional<HeimdallConf> conf, ManagerKeys keys, ManagerBeside beside) {
    List<String> memory = memory(conf);
    LOG.info("starting the manager in a process of its own, with {}", memory.get(0));
    return ManagerProcess.start(
        ManagerCommandLine.of(
            Heimdall.class,
            memory,
            place.configuration(conf),
            state.directory(),
            facts.file(conf),
            keys,
            settings.logFormat() == LogFormat.JSON),
        beside.key());
  }

  private static List<String> memory(Optional<HeimdallConf> conf) {
    return conf.flatMap(said -> MemoryPlan.of(Role.BOTH, Machine.current().memory(), said.memory()))
        .map(MemoryPlan::managerOptions)
        .orElse(MEMORY);
  }
}
