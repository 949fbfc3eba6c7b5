package dev.heimdall.engine.report;

import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Reports to managers, to each on a thread of its own, so that one that does not answer makes no
 * other one wait. Thread-safe.
 */
public final class Reporter implements AutoCloseable {
  private final ReportContent content;
  private final Commands commands;
  private final List<ManagerLink> links = new CopyOnWriteArrayList<>();
  private Managers managers;
  private boolean closed;

  /**
   * One that knows no manager yet.
   *
   * @param sections of each report; more important ones first: the last ones go if it gets too
   *     large
   * @param views what managers have the node show besides, for the moment
   * @param commands what managers may have the node do
   */
  public Reporter(Sender sender, List<Section> sections, RequestedViews views, Commands commands) {
    this.commands = commands;
    content = new ReportContent(sender, sections, views);
  }

  /** From now on these are reported to. */
  public synchronized void report(Managers next) {
    if (closed || next.equals(managers)) {
      return;
    }
    managers = next;
    links.forEach(ManagerLink::close);
    links.clear();
    for (URI uri : next.uris()) {
      ManagersBehind behind = new ManagersBehind(uri, commands);
      for (int i = 0; i < next.instances(); i++) {
        links.add(ManagerLink.start(uri, behind, next, content));
      }
    }
  }

  /** Reports soon, as something has happened that managers show. Never waits. */
  public void hurry() {
    links.forEach(ManagerLink::hurry);
  }

  /** Identifier by which the node is known. */
  public String id() {
    return content.sender().id();
  }

  @Override
  public synchronized void close() {
    closed = true;
    links.forEach(ManagerLink::close);
    links.clear();
  }
}
