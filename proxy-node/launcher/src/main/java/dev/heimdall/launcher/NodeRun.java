package dev.heimdall.launcher;

import dev.heimdall.engine.boot.HandoverPlace;
import dev.heimdall.engine.boot.Node;
import dev.heimdall.engine.boot.NodeObserver;
import dev.heimdall.engine.boot.StartupException;
import dev.heimdall.engine.config.Origin;
import dev.heimdall.engine.report.Managers;
import dev.heimdall.launcher.conf.HeimdallConf;
import dev.heimdall.launcher.instance.InstanceWatch;
import dev.heimdall.launcher.instance.ScaleInSettings;
import dev.heimdall.launcher.manager.ManagerProcess;
import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import dev.heimdall.launcher.process.Logging;
import dev.heimdall.launcher.process.Machine;
import dev.heimdall.launcher.process.StopSignal;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.NodeSettings;
import dev.heimdall.model.RegionFacts;
import dev.heimdall.model.VirtualDatabase;
import dev.heimdall.routing.instance.InstanceMetadata;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs a node in this process, until it is asked to end and has drained. */
final class NodeRun {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall");

  /** Variable that shows that this process is started anew whenever it ends. */
  private static final String SUPERVISOR = "HEIMDALL_SUPERVISED";

  private static final String SUPERVISED = "yes";

  private final Optional<HeimdallConf> conf;
  private final Optional<String> name;
  private final Optional<Managers> beside;
  private final Function<NodeSettings, Optional<ManagerProcess>> manager;
  private final Optional<HandoverPlace> handover;

  /**
   * @param name what managers know it by, if it is configured
   * @param beside how it reaches a manager beside it, if there is to be one
   * @param manager starts a manager beside the node, if there is to be one, once that serves;
   *     before there is a virtual database, at once
   */
  NodeRun(
      Optional<HeimdallConf> conf,
      Optional<String> name,
      Optional<Managers> beside,
      Function<NodeSettings, Optional<ManagerProcess>> manager) {
    this(conf, name, beside, manager, Optional.empty());
  }

  private NodeRun(
      Optional<HeimdallConf> conf,
      Optional<String> name,
      Optional<Managers> beside,
      Function<NodeSettings, Optional<ManagerProcess>> manager,
      Optional<HandoverPlace> handover) {
    this.handover = handover;
    this.conf = conf;
    this.name = name;
    this.beside = beside;
    this.manager = manager;
  }

  /** Returns a run that hands its clients to another process there, or takes that one's. */
  NodeRun meeting(HandoverPlace place) {
    return new NodeRun(conf, name, beside, manager, Optional.of(place));
  }

  /**
   * Follows a configuration and runs the node with it; its exit code.
   *
   * @param key the file of the key of the configuration's copy
   * @param facts what is different in the region
   */
  int with(String place, Path state, Optional<Path> key, RegionFacts facts) throws CommandFailure {
    try (ConfigurationPlace followed = ConfigurationPlace.follow(place, state, key, facts)) {
      return run(place, followed);
    }
  }

  private int run(String place, ConfigurationPlace followed) throws CommandFailure {
    StopSignal stop = StopSignal.install();
    FirstVdb first = new FirstVdb(followed);
    Optional<ManagerProcess> managing =
        first.isMissing() ? manager.apply(NodeSettings.defaults()) : Optional.empty();
    try {
      if (managing.isPresent() && !first.await(stop)) {
        LOG.info("ended");
        return ExitCode.OK.code();
      }
      conf.ifPresent(NodeRun::tellUnused);
      for (boolean fresh = true; ; fresh = false) {
        Configuration configuration = followed.read();
        Logging.apply(configuration.node());
        tellMachine(configuration.node());
        NamedFiles.check(place, configuration);
        Optional<InstanceWatch> instance = conf.flatMap(NodeRun::watch);
        boolean again;
        try (Node node = started(followed, stop, instance, fresh)) {
          instance.ifPresent(watch -> watch.start(node, configuration));
          StopSignal.onHangup(node::reload);
          if (managing.isEmpty()) {
            managing = manager.apply(configuration.node());
          }
          LOG.info("serving {}; {} to end", served(configuration, node), "SIGTERM or Ctrl-C");
          again = stop.awaitOrRestart();
          if (again) {
            LOG.info("draining, to begin anew");
            node.takeOut().join();
          } else {
            LOG.info("draining");
            managing.ifPresent(ManagerProcess::end);
            node.drain();
            managing.ifPresent(ManagerProcess::close);
          }
          instance.ifPresent(InstanceWatch::close);
        }
        if (!again || stop.isRequested()) {
          LOG.info("ended");
          return ExitCode.OK.code();
        }
        if (!goesOn()) {
          LOG.info("ended, to be started anew");
          return ExitCode.RESTART.code();
        }
      }
    } finally {
      managing.ifPresent(ManagerProcess::close);
    }
  }

  /** With a manager beside it the process goes on, so that the manager does. */
  private boolean goesOn() {
    return beside.isPresent();
  }

  private Node started(
      ConfigurationPlace followed, StopSignal stop, Optional<InstanceWatch> instance, boolean fresh)
      throws CommandFailure {
    try {
      return Node.start(
          followed.directory(),
          followed.facts(),
          new Reactions(followed, stop, instance, name, beside, handover, fresh));
    } catch (StartupException e) {
      throw new CommandFailure(ExitCode.STARTUP, e.getMessage(), e);
    }
  }

  /** Sets the region that AWS SDKs use when no other one is given. */
  static void workIn(String region) {
    System.setProperty("aws.region", region);
  }

  private static Optional<InstanceWatch> watch(HeimdallConf conf) {
    return InstanceMetadata.ofMachine(System.getenv())
        .map(
            metadata ->
                new InstanceWatch(
                    metadata,
                    System.getenv(),
                    new ScaleInSettings(
                        conf.lifecycleHook(), conf.autoScalingGroup(), conf.scaleInPatience())));
  }

  private static void tellUnused(HeimdallConf conf) {
    conf.user()
        .ifPresent(
            user ->
                LOG.warn(
                    "hduser in {} is for nodes that log in to a manager, as no node of this version"
                        + " does: it is not used",
                    conf.file()));
  }

  private static void tellMachine(NodeSettings settings) {
    Machine machine = Machine.current();
    LOG.info(
        "memory: heap {}, network buffers {}, of {}; {} on {}",
        Machine.mebibytes(Runtime.getRuntime().maxMemory()),
        Machine.mebibytes(Machine.directMemory()),
        Machine.mebibytes(machine.memory()),
        counted(settings.loopsOn(machine.processors()), "event loop"),
        counted(machine.processors(), "processor"));
  }

  private static String counted(int number, String what) {
    return number + " " + what + (number == 1 ? "" : "s");
  }

  private static String served(Configuration configuration, Node node) {
    return configuration.vdbs().values().stream()
        .map(
            vdb ->
                vdb.name()
                    + " on "
                    + vdb.address()
                    + ":"
                    + ports(vdb, node)
                    + vdb.unixSocket().map(path -> " and " + path).orElse(""))
        .collect(Collectors.joining(", "));
  }

  private static String ports(VirtualDatabase vdb, Node node) {
    return vdb.ports().size() == 1
        ? Integer.toString(node.port(vdb.name()))
        : vdb.ports().stream().map(Object::toString).collect(Collectors.joining(","));
  }

  /** Reactions of the command to the node's reports. */
  private record Reactions(
      ConfigurationPlace followed,
      StopSignal stop,
      Optional<InstanceWatch> instance,
      Optional<String> name,
      Optional<Managers> manager,
      Optional<HandoverPlace> handover,
      boolean warmsUp)
      implements NodeObserver {
    @Override
    public void reloading() {
      followed.look();
    }

    @Override
    public Optional<Origin> origin() {
      return followed.origin();
    }

    @Override
    public void reloaded(Configuration configuration) {
      Logging.level(configuration.node());
      instance.ifPresent(watch -> watch.configuration(configuration));
    }

    /** Without a manager beside it, the process ends, and has to be started anew. */
    @Override
    public Optional<String> restart() {
      if (manager.isEmpty() && !SUPERVISED.equals(System.getenv(SUPERVISOR))) {
        return Optional.of(
            "nothing would start this node again: it is not run by heimdall.service, nor is %s=%s set by something else that starts it anew when it ends"
                .formatted(SUPERVISOR, SUPERVISED));
      }
      stop.requestRestart();
      return Optional.empty();
    }

    @Override
    public void draining() {
      // An instance that ends takes its processes with it: a new one must not begin here.
      if (instance.filter(InstanceWatch::ending).isEmpty()) {
        stop.request();
      }
    }
  }
}
