package dev.heimdall.launcher;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.heimdall.engine.rds.ArnLookUp;
import dev.heimdall.launcher.conf.HeimdallConf;
import dev.heimdall.launcher.doctor.BootChecks;
import dev.heimdall.launcher.doctor.BootFile;
import dev.heimdall.launcher.doctor.Examination;
import dev.heimdall.launcher.doctor.Finding;
import dev.heimdall.launcher.doctor.MachineLocation;
import dev.heimdall.launcher.doctor.State;
import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import dev.heimdall.launcher.process.Logging;
import dev.heimdall.model.Configuration;
import dev.heimdall.routing.call.SignedCalls;
import dev.heimdall.secrets.StoreException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code heimdall doctor}. */
@Command(
    name = "doctor",
    description = {
      "Says what a node on this machine reaches of AWS, its databases and its store.",
      "What the configuration cannot do without and is not well makes the exit code 4."
    })
final class DoctorCommand implements Callable<Integer> {
  private static final Duration CALL = Duration.ofSeconds(3);

  @Mixin private HelpOption help;

  @Mixin private NodePlace place;

  @Mixin private RegionFactsOption facts;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Mixin private AwsPlace aws;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "15",
      description = "How long it may take altogether. Default: ${DEFAULT-VALUE}.")
  private int seconds;

  @Spec private CommandSpec spec;

  private final Map<String, String> environment = System.getenv();

  /** The secrets that documents name. */
  private final Set<String> named = new TreeSet<>();

  @Override
  public Integer call() throws CommandFailure {
    if (seconds < 1) {
      throw new ParameterException(
          spec.commandLine(), "--timeout is %d, allowed is 1 or more.".formatted(seconds));
    }
    Logging.quiet();
    Optional<HeimdallConf> conf = place.confIfAny();
    conf.flatMap(HeimdallConf::region).ifPresent(NodeRun::workIn);
    Examination examination = new Examination(Duration.ofSeconds(seconds));
    Optional<String> where = aws.region(conf);
    Optional<BootFile> boot = conf.map(HeimdallConf::file).map(BootFile::beside);
    if (conf.isPresent()) {
      examination.machine(MachineLocation.of(environment), boot.get(), where.orElse(""));
    }
    Optional<Configuration> configuration = Optional.empty();
    if (place.named() || conf.isPresent()) {
      configuration = configuration(conf, examination);
    }
    List<Finding> findings;
    if (where.isPresent()) {
      Examination.Needs needs =
          Examination.Needs.of(
              configuration, conf.flatMap(HeimdallConf::lifecycleHook).isPresent());
      try (SignedCalls calls = SignedCalls.ofMachine(where.get(), environment, CALL)) {
        examination.aws(calls, needs);
        if (conf.isPresent()) {
          examination.boot(
              calls,
              new BootChecks.Asked(
                  where.get(),
                  conf.get(),
                  boot.get(),
                  ConfigurationPlace.location(place.configuration(conf)),
                  secrets(conf.get(), configuration)));
        }
        findings = examination.carryOut();
      }
    } else {
      findings = examination.carryOut();
    }
    if (json) {
      printJson(where, findings);
    } else {
      print(where, findings);
    }
    return findings.stream().anyMatch(Finding::trouble)
        ? ExitCode.STARTUP.code()
        : ExitCode.OK.code();
  }

  /** Reads the configuration; its faults are among the findings to report. */
  private Optional<Configuration> configuration(
      Optional<HeimdallConf> conf, Examination examination) {
    String written = place.configuration(conf);
    try (ConfigurationPlace opened = ConfigurationPlace.openToUse(written, facts.toRun(conf))) {
      named.addAll(opened.secrets());
      Configuration read = opened.read();
      if (!read.byArn().pending().isEmpty()) {
        ArnLookUp lookUp = ArnLookUp.of(read, CALL);
        examination.found(lookUp);
        read = opened.readWith(lookUp);
      }
      examination.configuration(written, read);
      return Optional.of(read);
    } catch (CommandFailure e) {
      examination.unreadable(state(e), e.getMessage());
      return Optional.empty();
    }
  }

  private static State state(CommandFailure failure) {
    if (!(failure.getCause() instanceof StoreException store)) {
      return State.FAILED;
    }
    return switch (store.kind()) {
      case DENIED -> State.DENIED;
      case NO_CREDENTIALS -> State.NO_CREDENTIALS;
      case UNREACHABLE -> State.UNREACHABLE;
      case CONFLICT, THROTTLED, MISSING, CORRUPT, OVERSIZED -> State.FAILED;
    };
  }

  /** All that a node or manager of this machine reads. */
  private Set<String> secrets(HeimdallConf conf, Optional<Configuration> configuration) {
    Set<String> secrets = new TreeSet<>(named);
    conf.manager().secret().ifPresent(secrets::add);
    conf.manager().openId().secret().ifPresent(secrets::add);
    configuration.stream()
        .flatMap(read -> read.sources().values().stream())
        .forEach(source -> source.credentials().secret().ifPresent(secrets::add));
    return secrets;
  }

  private void print(Optional<String> where, List<Finding> findings) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(
        where
            .map("AWS in %s"::formatted)
            .orElse(
                "AWS: not looked at. This is no EC2 instance, and no region is named (--region,"
                    + " AWS_REGION, region in heimdall.conf)."));
    int width = findings.stream().mapToInt(finding -> finding.what().length()).max().orElse(0);
    for (Finding finding : findings) {
      out.printf(
          "%-1s %-14s  %-" + width + "s  %s%n",
          finding.trouble() ? "!" : "",
          finding.state().spelling(),
          finding.what(),
          finding.detail() + (finding.needed() ? "" : " (not needed by this configuration)"));
    }
  }

  private void printJson(Optional<String> where, List<Finding> findings) {
    ObjectMapper mapper = new ObjectMapper();
    var report = mapper.createObjectNode();
    where.ifPresent(found -> report.put("region", found));
    report.put("ok", findings.stream().noneMatch(Finding::trouble));
    ArrayNode list = report.putArray("findings");
    for (Finding finding : findings) {
      list.addObject()
          .put("what", finding.what())
          .put("needed", finding.needed())
          .put("state", finding.state().spelling())
          .put("detail", finding.detail());
    }
    try {
      spec.commandLine()
          .getOut()
          .println(mapper.writerWithDefaultPrettyPrinter().writeValueAsString(report));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
