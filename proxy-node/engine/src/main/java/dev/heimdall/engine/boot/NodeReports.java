package dev.heimdall.engine.boot;

import dev.heimdall.engine.admin.ClientsSection;
import dev.heimdall.engine.admin.EventsSection;
import dev.heimdall.engine.admin.FiguresSection;
import dev.heimdall.engine.admin.NodeView;
import dev.heimdall.engine.admin.PatternsSection;
import dev.heimdall.engine.admin.StateSection;
import dev.heimdall.engine.events.NodeEvents;
import dev.heimdall.engine.observe.Metrics;
import dev.heimdall.engine.report.Commands;
import dev.heimdall.engine.report.Managers;
import dev.heimdall.engine.report.Reporter;
import dev.heimdall.engine.report.RequestedViews;
import dev.heimdall.engine.report.Section;
import dev.heimdall.engine.report.Sender;
import dev.heimdall.model.NodeSettings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;

/** The node's reports to managers: what is in them, and who gets them. */
final class NodeReports implements AutoCloseable {
  private final Reporter reporter;
  private final Optional<Managers> beside;

  /**
   * @param name of the node; empty: it goes by its machine's and its number
   * @param beside the manager that runs beside it, if there is one
   * @param commands what managers may have it do
   */
  NodeReports(
      NodeView view,
      NodeEvents events,
      Metrics metrics,
      int number,
      Optional<String> name,
      Optional<Managers> beside,
      Commands commands) {
    this.beside = beside;
    RequestedViews views = new RequestedViews();
    List<Section> sections =
        List.of(
            new StateSection(view),
            new EventsSection(events),
            new FiguresSection(view, metrics),
            new ClientsSection(view, views),
            new PatternsSection(view));
    reporter =
        new Reporter(
            Sender.of(name.orElseGet(() -> machine() + "-" + number), number, Version.current()),
            sections,
            views,
            commands);
    events.listen(reporter::hurry);
  }

  private static String machine() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "node";
    }
  }

  /** Begins, and follows the settings from then on. */
  void update(NodeSettings settings) {
    reporter.report(Managers.of(settings, beside));
  }

  @Override
  public void close() {
    reporter.close();
  }
}
