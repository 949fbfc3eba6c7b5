package dev.heimdall.engine.report;

import java.net.URI;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The managers behind one URL, and which of the links to it has which of them: none gets a report
 * twice, and a command that one of them has sent is carried out once, over whatever link. Managers
 * are told apart by what they call themselves in their answers. Thread-safe.
 */
final class ManagersBehind {
  /** Managers that were replaced are forgotten. */
  private static final int MOST = 16;

  /** A report and what is made of its answer. */
  interface Round {
    void run() throws InterruptedException;
  }

  private final ReentrantLock searching = new ReentrantLock();
  private final String shown;
  private final Commands commands;
  private final Map<ManagerLink, String> had = new HashMap<>();
  private final Map<String, Orders> orders = new LinkedHashMap<>();

  ManagersBehind(URI uri, Commands commands) {
    shown = uri.getScheme() + "://" + uri.getRawAuthority();
    this.commands = commands;
  }

  /** For the log. */
  String shown() {
    return shown;
  }

  /**
   * Has a link report that has no manager: one after the other, or two would come to the same one
   * in the same moment.
   */
  void oneAtATime(ManagerLink link, Round round) throws InterruptedException {
    if (has(link)) {
      round.run();
      return;
    }
    searching.lockInterruptibly();
    try {
      round.run();
    } finally {
      searching.unlock();
    }
  }

  private synchronized boolean has(ManagerLink link) {
    return had.containsKey(link);
  }

  /** Those that other links have. */
  synchronized List<String> others(ManagerLink link) {
    return had.entrySet().stream()
        .filter(entry -> entry.getKey() != link)
        .map(Map.Entry::getValue)
        .toList();
  }

  /**
   * The link has heard from this manager.
   *
   * @return false: another link has it already
   */
  synchronized boolean claim(ManagerLink link, String manager) {
    if (others(link).contains(manager)) {
      return false;
    }
    had.put(link, manager);
    return true;
  }

  /** The link has no manager now. */
  synchronized void release(ManagerLink link) {
    had.remove(link);
  }

  /**
   * Commands that the manager of this link has sent; an empty set as long as the link has no
   * manager.
   */
  synchronized Orders of(ManagerLink link) {
    String manager = had.get(link);
    if (manager == null) {
      return new Orders(shown, commands);
    }
    Orders of = orders.remove(manager);
    orders.put(manager, of == null ? new Orders(shown, commands) : of); // the last one heard of
    if (orders.size() > MOST) {
      orders.remove(orders.keySet().iterator().next());
    }
    return orders.get(manager);
  }
}
