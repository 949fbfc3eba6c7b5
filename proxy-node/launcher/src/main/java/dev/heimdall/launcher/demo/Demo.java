package dev.heimdall.launcher.demo;

import dev.heimdall.engine.boot.Node;
import dev.heimdall.engine.boot.NodeObserver;
import dev.heimdall.engine.boot.StartupException;
import dev.heimdall.engine.report.Managers;
import dev.heimdall.launcher.embedded.ServerException;
import dev.heimdall.launcher.process.CommandFailure;
import dev.heimdall.launcher.process.ExitCode;
import dev.heimdall.launcher.process.StopSignal;
import dev.heimdall.model.RegionFacts;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;

/** One run of {@code heimdall demo}, from the first port to the last process. */
public final class Demo {
  private static final int CLIENTS = 32;
  private static final int THINKING_MILLIS = 20;

  /** Those that go on, for a viewer of the dashboard. */
  private static final int CLIENTS_LATER = 4;

  private static final int THINKING_MILLIS_LATER = 500;
  private static final Duration WORKLOAD = Duration.ofSeconds(10);

  private final Class<?> command;
  private final DemoEngine engine;
  private final DemoPorts ports;
  private final Optional<Duration> limit;
  private final boolean withWorkload;
  private final Report report;
  private final StopSignal stop;

  /**
   * @param command the class that is the {@code heimdall} command
   * @param limit how long the whole run lasts; without it until {@code stop}
   * @param withWorkload whether the sample clients run
   * @param out where it tells what it does
   */
  public Demo(
      Class<?> command,
      DemoEngine engine,
      DemoPorts ports,
      Optional<Duration> limit,
      boolean withWorkload,
      PrintWriter out,
      StopSignal stop) {
    this.command = command;
    this.engine = engine;
    this.ports = ports;
    this.limit = limit;
    this.withWorkload = withWorkload;
    this.report = new Report(out);
    this.stop = stop;
  }

  /**
   * Runs the demo on the calling thread, which must be the one that has installed the stop signal.
   *
   * @return {@link ExitCode#OK}, {@link ExitCode#BUG} when the workload had errors, {@link
   *     ExitCode#INTERRUPTED} when it was stopped before it was up
   * @throws CommandFailure when it could not start
   */
  public ExitCode run() throws CommandFailure {
    report.line("Heimdall demo");
    ports.requireFree(engine.product());
    report.step(
        "ports %d to %d, %d and %d are free",
        ports.node(), ports.secondReplica(), ports.manager(), ports.http());
    ExitCode result;
    try (DemoServers servers = startServers();
        DemoConfiguration configuration = DemoConfiguration.write(engine, ports);
        DemoManager manager = DemoManager.start(command, ports, configuration.directory())) {
      result = withServers(servers, configuration, manager);
    } catch (ServerException e) {
      if (stop.isRequested()) {
        return ExitCode.INTERRUPTED;
      }
      throw new CommandFailure(ExitCode.STARTUP, e.getMessage(), e);
    } catch (IOException e) {
      throw new CommandFailure(
          ExitCode.STARTUP, "cannot write the sample configuration: " + e.getMessage(), e);
    }
    report.step("every process has ended, the data is deleted");
    return result;
  }

  private DemoServers startServers() {
    DemoServers servers = engine.start(ports, step -> report.step("%s", step));
    report.step(
        "%s: primary on %s:%d, replicas on %d and %d",
        servers.release(),
        DemoPorts.HOST,
        ports.primary(),
        ports.firstReplica(),
        ports.secondReplica());
    return servers;
  }

  private ExitCode withServers(
      DemoServers servers, DemoConfiguration configuration, DemoManager manager)
      throws CommandFailure {
    loadShop(servers);
    try (Node node =
        Node.start(
            configuration.directory(), RegionFacts.none(), new Reporting(manager.forTheNode()))) {
      firstQuery(servers);
      printHowToConnect(servers, configuration, manager);
      boolean well = !withWorkload || runWorkload(servers);
      stayUp(servers);
      long began = System.nanoTime();
      node.drain();
      report.line("");
      report.step("the node has drained in %.1f s", (System.nanoTime() - began) / 1e9);
      return well ? ExitCode.OK : ExitCode.BUG;
    } catch (StartupException e) {
      if (stop.isRequested()) {
        return ExitCode.INTERRUPTED;
      }
      throw new CommandFailure(ExitCode.STARTUP, e.getMessage(), e);
    }
  }

  /** Has the node report to the manager beside it. */
  private record Reporting(Managers beside) implements NodeObserver {
    @Override
    public Optional<String> name() {
      return Optional.of("demo");
    }

    @Override
    public Optional<Managers> manager() {
      return Optional.of(beside);
    }
  }

  private void loadShop(DemoServers servers) {
    servers.loadShop();
    report.step(
        "sample shop: %s",
        servers.shopValue(
            "SELECT concat((SELECT count(*) FROM customers), ' customers, ',"
                + " (SELECT count(*) FROM products), ' products, ',"
                + " (SELECT count(*) FROM orders), ' orders, ',"
                + " (SELECT count(*) FROM order_lines), ' order lines')"));
  }

  private void firstQuery(DemoServers servers) throws CommandFailure {
    long began = System.nanoTime();
    try (Connection connection = servers.throughTheNode();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT count(*) FROM orders")) {
      rows.next();
      report.step(
          "node on %s:%d; first query through it: %d orders, in %s ms with the log-in",
          DemoPorts.HOST, ports.node(), rows.getLong(1), Report.millis(System.nanoTime() - began));
    } catch (SQLException e) {
      throw new CommandFailure(
          ExitCode.STARTUP, "the first query through the node failed: " + e.getMessage(), e);
    }
  }

  private URI metrics() {
    return URI.create("http://%s:%d/metrics".formatted(DemoPorts.HOST, ports.http()));
  }

  private void printHowToConnect(
      DemoServers servers, DemoConfiguration configuration, DemoManager manager) {
    Optional<String> password = manager.password();
    report.line("");
    report.line("  Connect through the node:");
    report.line("    %s%s", servers.client(ports.node(), "shop", "shop"), servers.clientNote());
    report.line("    %s", servers.url());
    report.line("  The manager, with a dashboard:");
    report.line("    http://localhost:%d/dashboard", ports.manager());
    report.line(
        "    %s",
        password
            .map(word -> "user admin, password " + word)
            .orElse("it has not started within 30 s"));
    report.line("  Look inside the node:");
    report.line("    ./heimdall top --node http://%s:%d", DemoPorts.HOST, ports.http());
    report.line("    %s", servers.client(ports.node(), "admin", "heimdall", "SHOW POOLS"));
    report.line("    %s", servers.client(ports.node(), "admin", "heimdall", "SHOW CACHE"));
    report.line("    http://%s:%d/status", DemoPorts.HOST, ports.http());
    report.line("    %s", metrics());
    report.line("  Past it, to the primary and the replicas:");
    report.line(
        "    %s   (replicas: port %d and %d)",
        servers.client(ports.primary(), "shop", "shop"),
        ports.firstReplica(),
        ports.secondReplica());
    report.line("  Its configuration, reloaded when you change it:");
    report.line("    %s", configuration.directory());
    report.line("");
  }

  /** Returns whether every statement succeeded and every acknowledged order is in the database. */
  private boolean runWorkload(DemoServers servers) throws CommandFailure {
    Duration length = timeLeft().filter(left -> left.compareTo(WORKLOAD) < 0).orElse(WORKLOAD);
    if (length.isNegative() || length.isZero()) {
      return true;
    }
    report.line(
        "  Workload: %d clients shop through the node for %d s", CLIENTS, length.toSeconds());
    String countOrders = "SELECT count(*) FROM orders";
    long before = Long.parseLong(servers.shopValue(countOrders));
    Workload workload = Workload.start(servers::throughTheNode, CLIENTS, THINKING_MILLIS);
    LatencyHistogram.Snapshot all;
    Counted node;
    long began = System.nanoTime();
    try (workload;
        Monitor monitor = new Monitor(servers.figures(), metrics())) {
      report.workloadHeader(monitor.lagUnit());
      all = watch(workload, monitor, length);
      node = monitor.sinceStart();
    } catch (SQLException e) {
      throw new CommandFailure(
          ExitCode.STARTUP, "cannot ask the primary about its connections: " + e.getMessage(), e);
    }
    double seconds = (System.nanoTime() - began) / 1e9;
    long placed = workload.ordersPlaced();
    long found = Long.parseLong(servers.shopValue(countOrders)) - before;
    if (found < placed) {
      workload
          .errors()
          .add("acknowledged orders that are not in the database: " + (placed - found));
    }
    all = all.plus(workload.drain());
    report.line(
        "  %,d statements in %.1f s, %,d orders placed; p50 %s ms, p99 %s ms; %d errors",
        all.count(),
        seconds,
        placed,
        Report.millis(all.percentile(50)),
        Report.millis(all.percentile(99)),
        workload.errors().total());
    if (node.fromCache() > 0) {
      report.line(
          "  %,d reads of offers came from the node's cache, %d %% of all; %,d results were"
              + " outdated by a changed offer",
          node.fromCache(), node.hitPercent(), node.outdated());
    }
    workload.errors().lines().forEach(line -> report.line("    %s", line));
    if (all.count() == 0) {
      report.line("    no statement came through");
    }
    return workload.errors().total() == 0 && all.count() > 0;
  }

  private LatencyHistogram.Snapshot watch(Workload workload, Monitor monitor, Duration length)
      throws SQLException {
    LatencyHistogram.Snapshot all = LatencyHistogram.Snapshot.empty();
    long began = System.nanoTime();
    long last = began;
    for (int second = 1; second <= Math.max(1, length.toSeconds()); second++) {
      long next = began + Duration.ofSeconds(second).toNanos();
      if (stop.await(Duration.ofNanos(Math.max(1, next - System.nanoTime())))) {
        break;
      }
      long now = System.nanoTime();
      LatencyHistogram.Snapshot taken = workload.drain();
      report.workloadSecond(
          second,
          taken,
          (now - last) / 1e9,
          workload.connected(),
          monitor.read(),
          workload.errors().total());
      all = all.plus(taken);
      last = now;
    }
    return all;
  }

  private void stayUp(DemoServers servers) {
    Optional<Duration> left = timeLeft();
    if (stop.isRequested()
        || left.filter(rest -> rest.compareTo(Duration.ofSeconds(1)) < 0).isPresent()) {
      return;
    }
    report.line("");
    if (!withWorkload) {
      await(left, "");
      return;
    }
    try (Workload few =
        Workload.start(servers::throughTheNode, CLIENTS_LATER, THINKING_MILLIS_LATER)) {
      await(left, "; %d clients go on shopping, slowly".formatted(CLIENTS_LATER));
    }
  }

  private void await(Optional<Duration> left, String meanwhile) {
    if (left.isEmpty()) {
      report.line("  Up until Ctrl-C%s.", meanwhile);
      stop.await();
    } else {
      report.line("  Up for another %d s, or until Ctrl-C%s.", left.get().toSeconds(), meanwhile);
      stop.await(left.get());
    }
  }

  private Optional<Duration> timeLeft() {
    return limit.map(whole -> whole.minus(report.elapsed()));
  }
}
