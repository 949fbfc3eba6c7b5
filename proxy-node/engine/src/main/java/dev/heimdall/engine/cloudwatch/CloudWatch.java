package dev.heimdall.engine.cloudwatch;

import dev.heimdall.engine.observe.Metrics;
import dev.heimdall.engine.observe.VdbFigures;
import dev.heimdall.engine.observe.VdbLines;
import dev.heimdall.model.CloudWatchSettings;
import dev.heimdall.model.Configuration;
import dev.heimdall.model.VirtualDatabase;
import dev.heimdall.routing.threads.DaemonThreads;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.services.cloudwatch.model.MetricDatum;

/**
 * Tells CloudWatch of the virtual databases that want it, metrics on one thread and logs on
 * another. Without any there are neither threads nor clients. Thread-safe.
 */
public final class CloudWatch implements AutoCloseable, VdbLines {
  private static final Logger LOG = LoggerFactory.getLogger(CloudWatch.class);
  private static final long ROUND_MILLIS = 500;
  private static final long LAST_WORDS_SECONDS = 2;

  private final CloudWatchSettings settings;
  private final int nodeId;
  private final Metrics counters;
  private final AwsPlace place;
  private final MetricData data;

  private volatile Set<String> measured = Set.of();
  private final Map<String, LogSender> logged = new ConcurrentHashMap<>();

  private volatile MetricSender metrics;
  private MetricsApi metricsApi;
  private ScheduledExecutorService metricsThread;
  private LogsApi logsApi;
  private ScheduledExecutorService logsThread;
  private String stream;
  private boolean closed;

  /** Calls in the name that the AWS SDK finds: environment, profile, role of the machine. */
  public CloudWatch(CloudWatchSettings settings, int nodeId, Metrics counters) {
    this(settings, nodeId, counters, () -> DefaultCredentialsProvider.builder().build());
  }

  CloudWatch(
      CloudWatchSettings settings,
      int nodeId,
      Metrics counters,
      Supplier<AwsCredentialsProvider> credentials) {
    this.settings = settings;
    this.nodeId = nodeId;
    this.counters = counters;
    place = new AwsPlace(settings, credentials);
    data =
        new MetricData(
            settings.nodeDimension() ? Optional.of(Integer.toString(nodeId)) : Optional.empty());
  }

  /** Tells of the virtual databases of this configuration that want it, and of no others. */
  public synchronized void update(Configuration next) {
    if (closed) {
      return;
    }
    Set<String> wanted = new HashSet<>();
    Map<String, LogSender.LogGroup> groups = new HashMap<>();
    for (VirtualDatabase vdb : next.vdbs().values()) {
      if (vdb.cloudWatch().metrics()) {
        wanted.add(vdb.name());
      }
      if (vdb.cloudWatch().logs()) {
        groups.put(
            vdb.name(),
            new LogSender.LogGroup(
                vdb.cloudWatch().groupOf(vdb.name()), vdb.cloudWatch().retentionDays()));
      }
    }
    if (!wanted.isEmpty() && metrics == null) {
      startMetrics();
    }
    measured = Set.copyOf(wanted);
    if (!groups.isEmpty() && logsThread == null) {
      startLogs();
    }
    logged
        .entrySet()
        .removeIf(
            entry -> {
              boolean leaves = !groups.containsKey(entry.getKey());
              if (leaves) {
                logsThread.execute(() -> finish(entry.getValue()));
              }
              return leaves;
            });
    groups.forEach(
        (vdb, group) ->
            logged
                .computeIfAbsent(
                    vdb,
                    name ->
                        new LogSender(
                            group,
                            stream,
                            logsApi,
                            backoff(),
                            new ExportTroubles(LOG, "log lines of " + name),
                            counters,
                            System::nanoTime))
                .group(group));
  }

  private static Backoff backoff() {
    return new Backoff(() -> ThreadLocalRandom.current().nextDouble());
  }

  private void startMetrics() {
    metricsApi = new AwsMetrics(place, settings.metricsUri());
    MetricSender sender =
        new MetricSender(
            metricsApi, backoff(), new ExportTroubles(LOG, "metrics"), counters, System::nanoTime);
    metricsThread = thread("cloudwatch-metrics", sender::round);
    metrics = sender;
  }

  private void startLogs() {
    logsApi = new AwsLogs(place, settings.logsUri());
    stream = "node-" + nodeId + "-" + host();
    logsThread =
        thread("cloudwatch-logs", () -> logged.values().forEach(sender -> sender.round(false)));
  }

  private static ScheduledExecutorService thread(String name, Runnable round) {
    ScheduledExecutorService executor =
        Executors.newSingleThreadScheduledExecutor(DaemonThreads.named(name));
    executor.scheduleWithFixedDelay(
        () -> {
          try {
            round.run();
          } catch (RuntimeException | Error e) {
            // Nothing known leads here; but who sends no more would not be missed by anybody.
            LOG.error("sending to CloudWatch has failed", e);
          }
        },
        ROUND_MILLIS,
        ROUND_MILLIS,
        TimeUnit.MILLISECONDS);
    return executor;
  }

  /** Without what a stream's name cannot have. */
  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName().replaceAll("[^A-Za-z0-9._-]", "-");
    } catch (UnknownHostException e) {
      return "unknown";
    }
  }

  /** Sends the figures of those that want it. */
  public void figures(List<VdbFigures> all) {
    MetricSender sender = metrics;
    Set<String> wanted = measured;
    if (sender == null || wanted.isEmpty()) {
      return;
    }
    Instant now = Instant.now();
    List<MetricDatum> batch =
        all.stream()
            .filter(figures -> wanted.contains(figures.vdb()))
            .flatMap(figures -> data.of(figures, now).stream())
            .toList();
    sender.offer(batch);
  }

  @Override
  public boolean wants(String vdb) {
    return logged.containsKey(vdb);
  }

  @Override
  public void line(
      String vdb, Level level, String logger, String words, Map<String, Object> pairs) {
    LogSender sender = logged.get(vdb);
    if (sender != null) {
      sender.offer(new Line(System.currentTimeMillis(), level, logger, words, pairs));
    }
  }

  private static void finish(LogSender sender) {
    sender.round(true);
    sender.drop();
  }

  /** Sends what is left if that goes fast, and then nothing any more. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (logsThread != null) {
      logsThread.execute(() -> logged.values().forEach(CloudWatch::finish));
      stop(logsThread);
      logsApi.close();
    }
    if (metricsThread != null) {
      metricsThread.execute(metrics::round);
      stop(metricsThread);
      metricsApi.close();
    }
  }

  private static void stop(ScheduledExecutorService thread) {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(LAST_WORDS_SECONDS, TimeUnit.SECONDS)) {
        thread.shutdownNow();
      }
    } catch (InterruptedException e) {
      thread.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
