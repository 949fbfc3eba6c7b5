package dev.heimdall.engine.boot;

import dev.heimdall.engine.config.ConfigurationDiff;
import dev.heimdall.engine.config.ConfigurationState;
import dev.heimdall.engine.config.ConfigurationWatcher;
import dev.heimdall.engine.events.EventKind;
import dev.heimdall.engine.events.NodeEvents;
import dev.heimdall.engine.observe.EventLog;
import dev.heimdall.engine.observe.Metrics;
import dev.heimdall.engine.observe.NodeCounter;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.ConfigurationException;
import dev.heimdall.model.FoundClusters;
import dev.heimdall.model.OpenSecrets;
import dev.heimdall.model.Problem;
import dev.heimdall.model.RegionFacts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The configuration that is in force, and how another one comes to be: by the virtual databases,
 * which may fail, then by all others, which do not. Changes come on the watcher's thread; which one
 * is in force may be asked on any.
 */
final class ConfigurationChanges implements AutoCloseable {
  /** Takes a configuration over, or leaves everything as it was. */
  interface First {
    void update(Configuration next) throws IOException, StartupException;
  }

  private final Path directory;
  private final First first;
  private final Consumer<Configuration> others;
  private final NodeObserver observer;
  private final EventLog log;
  private final NodeEvents told;
  private final Metrics metrics;
  private final AskedReloads asked = new AskedReloads();
  private final ConfigurationWatcher watcher;
  private volatile Configuration current;

  /**
   * @param current the first one
   * @param facts what is different in the region that the node runs in
   * @param found what is known of clusters that it names by an ARN alone
   * @param first takes over one that is read, or has it rejected
   * @param others all else that takes it over, once the first has
   */
  ConfigurationChanges(
      Path directory,
      Configuration current,
      RegionFacts facts,
      FoundClusters found,
      NodeObserver observer,
      First first,
      Consumer<Configuration> others,
      EventSinks sinks) {
    this.directory = directory;
    this.current = current;
    this.first = first;
    this.others = others;
    this.observer = observer;
    this.log = sinks.log();
    this.told = sinks.told();
    this.metrics = sinks.metrics();
    watcher =
        new ConfigurationWatcher(
            directory,
            facts,
            found,
            () -> asked.begin(observer::reloading),
            this::read,
            this::refused);
  }

  /** Looks for changes from now on. */
  void start() {
    watcher.start(current);
    warnOfOpenSecrets();
  }

  /** Configuration in force; on any thread. */
  Configuration current() {
    return current;
  }

  /** State of the configuration's origin, and of its transfer from there. */
  ConfigurationState state() {
    return watcher.state(observer.origin());
  }

  /** Has the directory read at once; done with how many objects differ, or why it is rejected. */
  CompletionStage<Integer> reload() {
    CompletionStage<Integer> outcome = asked.ask();
    watcher.reloadNow();
    return outcome;
  }

  /** Has the directory read at once, for a caller who reads the outcome in the log. */
  void reloadNow() {
    watcher.reloadNow();
  }

  /** Names files in which secrets can be read by others. */
  private void warnOfOpenSecrets() {
    OpenSecrets.of(directory, current).forEach(log::secretOpen);
  }

  /** One that is right was read. */
  private void read(Configuration next) {
    ConfigurationDiff diff = ConfigurationDiff.between(current, next);
    try {
      first.update(next);
      current = next;
      others.accept(next);
    } catch (IOException | StartupException | IllegalArgumentException e) {
      metrics.count(NodeCounter.CONFIG_RELOAD_FAILURES);
      log.configRejected(List.of(String.valueOf(e.getMessage())));
      told.happened(EventKind.CONFIGURATION_REFUSED, "", "", String.valueOf(e.getMessage()));
      watcher.notApplied(e.getMessage());
      asked.failed(e.getMessage());
      return;
    }
    tell(diff);
  }

  private void tell(ConfigurationDiff diff) {
    int changed =
        Stream.of(diff.sources(), diff.drivers(), diff.vdbs(), diff.users(), diff.rules())
            .mapToInt(ConfigurationChanges::count)
            .sum();
    log.configReloaded(changed, diff.toString());
    told.happened(
        EventKind.CONFIGURATION_TAKEN_OVER,
        "",
        "",
        changed == 1 ? "1 object differs." : "%d objects differ.".formatted(changed));
    warnOfOpenSecrets();
    for (ConfigurationDiff.Changed setting : diff.needRestart()) {
      log.node("restart needed", setting.toString());
    }
    asked.done(changed);
  }

  private static int count(ConfigurationDiff.Names names) {
    return names.added().size() + names.removed().size() + names.changed().size();
  }

  /** One that is wrong was read. */
  private void refused(ConfigurationException problems) {
    List<Problem> all = problems.problems();
    metrics.count(NodeCounter.CONFIG_RELOAD_FAILURES);
    log.configRejected(all.stream().map(Problem::toString).toList());
    told.happened(
        EventKind.CONFIGURATION_REFUSED,
        "",
        "",
        Problem.count(all) == 1
            ? all.get(0).toString()
            : "%d problems; the first: %s".formatted(Problem.count(all), all.get(0)));
    asked.failed(all.get(0).toString());
  }

  /** Looks for changes no more. */
  @Override
  public void close() {
    watcher.close();
  }
}
