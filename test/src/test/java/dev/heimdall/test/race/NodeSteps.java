package dev.heimdall.test.race;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Has one node rest at its steps, and writes down what it has taken in. */
final class NodeSteps implements Steps {
  private final int node;
  private final Ledger ledger;
  private final List<String> tables;
  private final Delays delays;
  private final Map<String, LongAdder> passed;

  /**
   * @param tables by their numbers in the ledger
   * @param passed takes how often each step was passed
   */
  NodeSteps(
      int node, Ledger ledger, List<String> tables, Delays delays, Map<String, LongAdder> passed) {
    this.node = node;
    this.ledger = ledger;
    this.tables = List.copyOf(tables);
    this.delays = delays;
    this.passed = passed;
  }

  @Override
  public void at(String place) {
    passed.computeIfAbsent(place, p -> new LongAdder()).increment();
    delays.rest();
  }

  /**
   * By the part of its name behind the database. Names for other nodes that begin with a control
   * character say more of tables that are named, too.
   */
  private int number(String table) {
    return table.charAt(0) < ' ' ? -1 : tables.indexOf(table.substring(table.lastIndexOf('.') + 1));
  }

  @Override
  public void heardOfPeer(List<String> names) {
    for (String name : names) {
      int table = number(name);
      if (table >= 0) {
        ledger.heardOfPeer(node, table);
      }
    }
  }

  @Override
  public Runnable arriving(Collection<String> names, Runnable over) {
    List<Integer> numbers = names.stream().map(this::number).filter(n -> n >= 0).toList();
    return () -> {
      over.run();
      numbers.forEach(table -> ledger.heardOfDatabase(node, table));
    };
  }

  @Override
  public void notified(List<String> texts) {
    for (String text : texts) {
      String[] parts = text.split(",", -1);
      int table = parts.length > 1 ? number(parts[1]) : -1;
      if (table >= 0) {
        ledger.heardOfDatabase(node, table);
      }
    }
  }
}
