package dev.heimdall.cdk.watch;

import dev.heimdall.cdk.config.Deployment;
import dev.heimdall.cdk.config.Fleet;
import dev.heimdall.cdk.config.Region;
import dev.heimdall.cdk.constructs.HeimdallConfigSync;
import dev.heimdall.cdk.constructs.HeimdallFleet;
import dev.heimdall.cdk.constructs.HeimdallManager;
import dev.heimdall.cdk.constructs.HeimdallStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import software.amazon.awscdk.services.cloudwatch.Alarm;
import software.amazon.awscdk.services.cloudwatch.ComparisonOperator;
import software.amazon.awscdk.services.cloudwatch.Dashboard;
import software.amazon.awscdk.services.cloudwatch.GraphWidget;
import software.amazon.awscdk.services.cloudwatch.IMetric;
import software.amazon.awscdk.services.cloudwatch.IWidget;
import software.amazon.awscdk.services.cloudwatch.Metric;
import software.amazon.awscdk.services.cloudwatch.MetricOptions;
import software.amazon.awscdk.services.cloudwatch.TreatMissingData;
import software.amazon.awscdk.services.cloudwatch.actions.SnsAction;
import software.amazon.awscdk.services.sns.ITopic;
import software.amazon.awscdk.services.sns.Topic;
import software.constructs.Construct;

/** Alarms on what people should hear of, and a page with the rest. */
public final class Watch extends Construct {
  /** Metrics that nodes send to CloudWatch for each virtual database. */
  static final List<String> METRICS =
      List.of(
          "DB Query Rate",
          "DB Query Time",
          "Avg Response Time",
          "DB Read Percent",
          "DB Transaction Percent",
          "Cache Hit Percent");

  private static final int HALF = 12;

  private final Optional<ITopic> topic;
  private final List<IWidget> widgets = new ArrayList<>();

  public Watch(
      Construct scope,
      String id,
      Deployment deployment,
      Region region,
      HeimdallFleet fleet,
      Optional<HeimdallConfigSync> sync,
      Optional<HeimdallStore> store,
      Optional<HeimdallManager> manager) {
    super(scope, id);
    topic = region.observability().topic().map(arn -> Topic.fromTopicArn(this, "Topic", arn));
    vdbs(fleet, region.observability().vdbs());
    fleet(fleet, region.fleet());
    sync.ifPresent(this::sync);
    store.ifPresent(this::store);
    manager.ifPresent(this::manager);
    if (region.instances().keepFailed()) {
      for (int zone = 0; zone < fleet.getZones(); zone++) {
        kept("KeptNodes" + (zone + 1), fleet.metricStandby(zone, label("standby")));
      }
      manager.ifPresent(one -> kept("KeptManagers", one.metricStandby(label("standby"))));
    }
    Dashboard.Builder.create(this, "Dashboard")
        .dashboardName(deployment.name() + "-" + region.region())
        .widgets(rows())
        .build();
  }

  private void vdbs(HeimdallFleet fleet, List<String> vdbs) {
    if (vdbs.isEmpty()) {
      return;
    }
    for (String metric : METRICS) {
      graph(
          metric,
          vdbs.stream().<IMetric>map(vdb -> fleet.metric(metric, vdb, label(vdb))).toList());
    }
  }

  private void fleet(HeimdallFleet fleet, Fleet settings) {
    List<IMetric> healthy = new ArrayList<>();
    int number = 1;
    for (int port : fleet.getPorts()) {
      Metric nodes = fleet.metricHealthyNodes(port, label("healthy " + number));
      healthy.add(nodes);
      alarm(
          "NoNodes" + number,
          "A port has no healthy node at all: clients cannot connect",
          nodes,
          1,
          ComparisonOperator.LESS_THAN_THRESHOLD,
          2,
          TreatMissingData.BREACHING);
      alarm(
          "IllNodes" + number,
          "A node has not said for 5 minutes that it lives",
          fleet.metricUnhealthyNodes(port, label("ill")),
          0,
          ComparisonOperator.GREATER_THAN_THRESHOLD,
          5,
          TreatMissingData.NOT_BREACHING);
      number++;
    }
    graph("Healthy nodes", healthy);
    List<IMetric> load = new ArrayList<>();
    for (int zone = 0; zone < fleet.getZones(); zone++) {
      load.add(fleet.metricLoad(zone, label("zone " + (zone + 1))));
      if (settings.most() > settings.fewest()) { // else it is always full
        alarm(
            "Full" + (zone + 1),
            "A zone has had as many nodes as it may have for 30 minutes",
            fleet.metricNodes(zone, label("nodes")),
            settings.most(),
            ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            30,
            TreatMissingData.NOT_BREACHING);
      }
    }
    graph("Load of processors", load);
    graph(
        "Connections",
        List.of(fleet.metricConnections(label("open")), fleet.metricNewConnections(label("new"))));
  }

  private static MetricOptions label(String label) {
    return MetricOptions.builder().label(label).build();
  }

  private void sync(HeimdallConfigSync sync) {
    alarm(
        "ConfigSyncFails",
        "The config sync function has failed for 5 minutes: nodes see changes by themselves only",
        sync.metricFailures(label("failures")),
        0,
        ComparisonOperator.GREATER_THAN_THRESHOLD,
        5,
        TreatMissingData.NOT_BREACHING);
    alarm(
        "ConfigSyncDeadLetters",
        "Events of RDS were given up",
        sync.metricGivenUp(label("given up")),
        0,
        ComparisonOperator.GREATER_THAN_THRESHOLD,
        1,
        TreatMissingData.NOT_BREACHING);
    alarm(
        "NodesNotTold",
        "The config sync function has not reached a node for 10 minutes: it follows by itself only",
        sync.metricNodesNotTold(
            MetricOptions.builder().statistic("Minimum").label("nodes not told").build()),
        0,
        ComparisonOperator.GREATER_THAN_THRESHOLD,
        10,
        TreatMissingData.NOT_BREACHING);
    graph(
        "Config sync",
        List.of(
            sync.metricChanges(label("changes")),
            sync.metricProblems(label("problems")),
            sync.metricNodesNotTold(label("nodes not told"))));
  }

  private void store(HeimdallStore store) {
    graph(
        "Store",
        List.of(
            store.metricMemory(label("memory, percent")),
            store.metricLoad(label("processor, percent"))));
  }

  private void manager(HeimdallManager manager) {
    Metric healthy = manager.metricHealthyManagers(label("healthy"));
    // A new instance needs some minutes: one that is replaced is nothing to get up for.
    alarm(
        "NoManager",
        "There has been no manager for 15 minutes; nodes go on without it",
        healthy,
        1,
        ComparisonOperator.LESS_THAN_THRESHOLD,
        15,
        TreatMissingData.BREACHING);
    graph("Managers", List.of(healthy));
  }

  private void kept(String id, Metric standby) {
    alarm(
        id,
        "An instance whose boot has failed is kept in standby: look at it, and terminate it",
        standby,
        0,
        ComparisonOperator.GREATER_THAN_THRESHOLD,
        1,
        TreatMissingData.NOT_BREACHING);
  }

  private void alarm(
      String id,
      String description,
      Metric metric,
      int threshold,
      ComparisonOperator when,
      int minutes,
      TreatMissingData missing) {
    Alarm alarm =
        Alarm.Builder.create(this, id)
            .alarmDescription("Heimdall: " + description)
            .metric(metric)
            .threshold(threshold)
            .comparisonOperator(when)
            .evaluationPeriods(minutes)
            .treatMissingData(missing)
            .build();
    topic.ifPresent(
        hears -> {
          alarm.addAlarmAction(new SnsAction(hears));
          alarm.addOkAction(new SnsAction(hears));
        });
  }

  private void graph(String title, List<IMetric> metrics) {
    widgets.add(
        GraphWidget.Builder.create().title(title).left(metrics).width(HALF).height(6).build());
  }

  private List<List<? extends IWidget>> rows() {
    List<List<? extends IWidget>> rows = new ArrayList<>();
    for (int i = 0; i < widgets.size(); i += 2) {
      rows.add(widgets.subList(i, Math.min(i + 2, widgets.size())));
    }
    return rows;
  }
}
