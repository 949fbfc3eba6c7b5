package dev.heimdall.engine.toy;

import dev.heimdall.engine.cluster.NodeReport;
import dev.heimdall.engine.cluster.ProbedServer;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.model.ServerAddress;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * One server of a toy cluster, beside its connections: what it has of the cluster's data, and what
 * it says of itself. May be asked on any thread.
 */
final class ToyMember implements ProbedServer {
  private final ServerAddress address;
  private final Set<String> transactions = new HashSet<>();
  private boolean writer;
  private boolean up = true;
  private int begun;

  ToyMember(ServerAddress address, boolean writer) {
    this.address = address;
    this.writer = writer;
  }

  ServerAddress address() {
    return address;
  }

  /** A transaction has written something. */
  synchronized void commit() {
    transactions.add(address.port() + ":" + ++begun);
  }

  /** How many transactions it has, whoever they are from. */
  synchronized int count() {
    return transactions.size();
  }

  /** A replica has got all that this other server has. */
  void copy(ToyMember from) {
    ToyPosition all = from.position();
    synchronized (this) {
      transactions.addAll(all.transactions());
    }
  }

  synchronized ToyPosition position() {
    return new ToyPosition(transactions);
  }

  synchronized boolean writer() {
    return writer;
  }

  synchronized boolean up() {
    return up;
  }

  synchronized void become(boolean asWriter, boolean reachable) {
    writer = asWriter;
    up = reachable;
  }

  // ---- what it says of itself

  @Override
  public synchronized NodeReport ask(boolean members) throws SQLException {
    answers();
    String name = "toy" + address.port();
    return new NodeReport(
        name,
        name,
        name,
        "toys",
        writer,
        false,
        0,
        position(),
        0,
        "",
        List.of(),
        members,
        List.of());
  }

  @Override
  public synchronized Position written() throws SQLException {
    answers();
    return position();
  }

  private void answers() throws SQLException {
    if (!up) {
      throw new SQLException("it does not answer");
    }
  }

  @Override
  public void close() {
    // There is no connection to be closed.
  }
}
