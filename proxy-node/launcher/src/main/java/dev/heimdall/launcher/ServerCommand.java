package dev.heimdall.launcher;

import dev.heimdall.launcher.conf.HeimdallConf;
import dev.heimdall.launcher.conf.ManagerKeys;
import dev.heimdall.launcher.conf.Role;
import dev.heimdall.launcher.inspect.MachineInspector;
import dev.heimdall.launcher.manager.ManagerCommandLine;
import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import dev.heimdall.launcher.process.Logging;
import dev.heimdall.launcher.process.Machine;
import dev.heimdall.launcher.process.StopSignal;
import dev.heimdall.launcher.rules.PatternExpressions;
import dev.heimdall.launcher.rules.RuleTrials;
import dev.heimdall.manager.ControlPlane;
import dev.heimdall.manager.ControlPlaneException;
import dev.heimdall.manager.ControlPlaneSettings;
import dev.heimdall.manager.EngineAnswers;
import dev.heimdall.manager.login.PasswordPlace;
import dev.heimdall.manager.store.OwnPlace;
import dev.heimdall.manager.web.PemFiles;
import dev.heimdall.manager.web.TrustedProxies;
import dev.heimdall.model.Cidr;
import dev.heimdall.model.Secret;
import dev.heimdall.routing.instance.InstanceMetadata;
import dev.heimdall.routing.instance.MetadataException;
import dev.heimdall.secrets.StoreLocation;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code heimdall server}. */
@Command(
    name = "server",
    description = {
      "Runs the manager of a configuration, in the foreground: REST on port 8087.",
      "It serves no SQL; nodes follow the configuration where it is. SIGTERM and SIGINT end it."
    })
final class ServerCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger("heimdall");

  static final String ADDRESS = "127.0.0.1";
  static final int PORT = 8087;
  private static final Duration ENDING = Duration.ofSeconds(4);

  @Mixin private HelpOption help;

  @Mixin private NodePlace place;

  @Mixin private StateOption state;

  @Mixin private ManagerOptions manager;

  @Mixin private RegionFactsOption facts;

  @Option(names = "--log-json", description = "Log each event as one JSON object.")
  private boolean json;

  @Option(names = ManagerCommandLine.UNTIL_INPUT_ENDS, hidden = true)
  private boolean untilInputEnds;

  @Override
  public Integer call() throws CommandFailure {
    Optional<HeimdallConf> conf = place.conf(Role.SERVER);
    if (json) {
      Logging.json();
    }
    conf.flatMap(HeimdallConf::region).ifPresent(NodeRun::workIn);
    ManagerKeys keys = manager.keys(conf);
    StopSignal stop = StopSignal.install();
    Optional<Secret> nodeKey = Optional.empty();
    if (untilInputEnds) {
      nodeKey = firstLine();
      endWithInput(stop);
    }
    LOG.info(
        "memory: the manager's heap {}, of {}",
        Machine.mebibytes(Runtime.getRuntime().maxMemory()),
        Machine.mebibytes(Machine.current().memory()));
    FirstBoot.load(conf, place);
    EngineAnswers engine =
        new EngineAnswers(
            new RuleTrials(),
            new MachineInspector(() -> new AwsPlace().region(conf), System.getenv()),
            new PatternExpressions(),
            NamedFiles::faults);
    try (ControlPlane running = ControlPlane.start(settings(conf, keys, nodeKey), engine)) {
      LOG.info("managing on port {}; SIGTERM or Ctrl-C to end", running.port());
      stop.await();
    } catch (ControlPlaneException e) {
      throw new CommandFailure(ExitCode.STARTUP, e.getMessage(), e);
    }
    LOG.info("the manager has ended");
    return ExitCode.OK.code();
  }

  private ControlPlaneSettings settings(
      Optional<HeimdallConf> conf, ManagerKeys keys, Optional<Secret> nodeKey)
      throws CommandFailure {
    StoreLocation configuration = ConfigurationPlace.location(place.configuration(conf));
    Optional<StoreLocation> own =
        keys.store().isPresent()
            ? Optional.of(ConfigurationPlace.location(keys.store().get()))
            : OwnPlace.beside(configuration);
    if (own.filter(StoreLocation.Secret.class::isInstance).isPresent()) {
      LOG.info(
          "figures stay on this machine, and other managers do not have them, as secrets are too"
              + " small: name a bucket or a directory with --manager-store");
    }
    return new ControlPlaneSettings(
        configuration,
        own,
        keys.address().orElse(ADDRESS),
        keys.port().orElse(PORT),
        keys.certificate().map(file -> new PemFiles(file, keys.key().orElseThrow())),
        proxies(keys.trustedProxies()),
        password(keys, own.isPresent()),
        LogInProvider.of(keys.openId()),
        LogInDirectory.of(keys.ldapFile()),
        VersionCommand.own(),
        nodeKey,
        Optional.of(figures(own)),
        facts.toEdit(conf));
  }

  private static TrustedProxies proxies(Optional<String> written) throws CommandFailure {
    List<Cidr> networks = new ArrayList<>();
    for (String network : written.map(text -> text.split(",")).orElse(new String[0])) {
      try {
        networks.add(Cidr.ofAddressOrNetwork(network.strip()));
      } catch (IllegalArgumentException e) {
        throw new CommandFailure(
            ExitCode.USAGE,
            "managerTrustedProxies has %s: write networks such as 10.0.0.0/24, or addresses, with commas between them."
                .formatted(e.getMessage()),
            e);
      }
    }
    return new TrustedProxies(networks);
  }

  /**
   * Directory in which managers share what is their own, if that is a directory; else on this
   * machine.
   */
  private Path figures(Optional<StoreLocation> own) {
    return own.filter(StoreLocation.Directory.class::isInstance)
        .map(place -> ((StoreLocation.Directory) place).path())
        .orElseGet(state::directory)
        .resolve("figures");
  }

  /** The key of the node beside it, which is on no command line that others could see. */
  private static Optional<Secret> firstLine() {
    StringBuilder line = new StringBuilder();
    try {
      for (int next = System.in.read(); next > '\n'; next = System.in.read()) {
        line.append((char) next);
      }
    } catch (IOException e) {
      return Optional.empty(); // its end, which is noticed
    }
    return line.isEmpty() ? Optional.empty() : Optional.of(new Secret(line.toString()));
  }

  /**
   * @param accounts whether a password can be changed
   */
  private PasswordPlace password(ManagerKeys keys, boolean accounts) throws CommandFailure {
    if (keys.secret().isPresent()) {
      StoreLocation.Secret secret =
          (StoreLocation.Secret) ConfigurationPlace.location("secret:" + keys.secret().get());
      return new PasswordPlace.InSecret(secret);
    }
    if (keys.passwordFile().isPresent()) {
      return new PasswordPlace.InFile(keys.passwordFile().get());
    }
    PasswordPlace.Made made = new PasswordPlace.Made(state.directory());
    return accounts && !made.isThere()
        ? instance().<PasswordPlace>map(PasswordPlace.OfInstance::new).orElse(made)
        : made;
  }

  /** The id of the instance of EC2 that this is, if it is one. */
  private static Optional<String> instance() {
    Optional<InstanceMetadata> metadata = InstanceMetadata.ofMachine(System.getenv());
    try {
      return metadata.isEmpty() ? Optional.empty() : metadata.get().read("instance-id");
    } catch (MetadataException e) {
      return Optional.empty();
    }
  }

  /**
   * Stops at the end of the input: the process that has started this holds the other end, as long
   * as it lives.
   */
  private static void endWithInput(StopSignal stop) {
    Thread thread =
        new Thread(
            () -> {
              try {
                while (System.in.read() >= 0) {
                  // input is ignored
                }
              } catch (IOException e) {
                // As at its end.
              }
              stop.request();
              try {
                Thread.sleep(ENDING.toMillis());
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              Runtime.getRuntime().halt(ExitCode.OK.code());
            },
            "until-input-ends");
    thread.setDaemon(true);
    thread.start();
  }
}
