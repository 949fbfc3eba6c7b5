package dev.heimdall.engine.action;

import dev.heimdall.engine.wire.Sqlstate;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * Carries statements of one queue out, in their order. Those that go together are one transaction;
 * when one of them fails, each is tried by itself. What may have taken effect is never repeated.
 */
final class BatchRunner {
  private static final int ATTEMPTS = 3;

  private final Connections connections;

  private enum End {
    COMMITTED,
    ROLLED_BACK,
    /** The connection was lost before the transaction could have been committed. */
    NOT_BEGUN,
    UNCERTAIN
  }

  private record Attempt(End end, SQLException failure, List<Executed> executed) {}

  BatchRunner(Connections connections) {
    this.connections = connections;
  }

  /**
   * Blocks until all are done, or the server is away.
   *
   * @param done told how each statement ended, at once
   * @return those that had no effect, because there was no connection
   */
  List<Ticket> run(List<Ticket> batch, BiConsumer<Ticket, Executed> done) {
    try (Connections.Lease lease = connections.lease(batch.get(0).target)) {
      if (!batch.get(0).batched) {
        done.accept(batch.get(0), alone(lease, batch.get(0)));
        return List.of();
      }
      List<Ticket> left =
          batch.size() > 1 ? together(lease, batch, done) : oneByOne(lease, batch, done);
      if (!batch.get(0).protocol.clean(lease.connection(), true)) {
        lease.discard();
      }
      return left;
    } catch (SQLException e) {
      if (!Failure.isRefusal(e)) {
        return batch;
      }
      batch.forEach(ticket -> done.accept(ticket, Failure.of(e)));
      return List.of();
    }
  }

  private static List<Ticket> together(
      Connections.Lease lease, List<Ticket> batch, BiConsumer<Ticket, Executed> done) {
    Attempt attempt = transaction(lease, batch);
    switch (attempt.end()) {
      case COMMITTED -> {
        for (int i = 0; i < batch.size(); i++) {
          done.accept(batch.get(i), attempt.executed().get(i));
        }
        return List.of();
      }
      case UNCERTAIN -> {
        batch.forEach(ticket -> done.accept(ticket, Failure.uncertain()));
        return List.of();
      }
      case ROLLED_BACK -> {
        return oneByOne(lease, batch, done);
      }
      default -> {
        return batch;
      }
    }
  }

  private static List<Ticket> oneByOne(
      Connections.Lease lease, List<Ticket> batch, BiConsumer<Ticket, Executed> done) {
    for (int i = 0; i < batch.size(); i++) {
      List<Ticket> one = List.of(batch.get(i));
      Attempt attempt = transaction(lease, one);
      for (int tries = 1; tries < ATTEMPTS && collided(attempt); tries++) {
        attempt = transaction(lease, one);
      }
      switch (attempt.end()) {
        case COMMITTED -> done.accept(batch.get(i), attempt.executed().get(0));
        case ROLLED_BACK -> done.accept(batch.get(i), Failure.of(attempt.failure()));
        case UNCERTAIN -> {
          done.accept(batch.get(i), Failure.uncertain());
          return batch.subList(i + 1, batch.size());
        }
        default -> {
          return batch.subList(i, batch.size());
        }
      }
    }
    return List.of();
  }

  private static boolean collided(Attempt attempt) {
    return attempt.end() == End.ROLLED_BACK && Failure.isCollision(attempt.failure());
  }

  private static Attempt transaction(Connections.Lease lease, List<Ticket> batch) {
    Connection connection = lease.connection();
    List<Executed> executed;
    try {
      connection.setAutoCommit(false);
      batch.get(0).protocol.apply(connection, batch.get(0).settings, true);
      executed = execute(connection, batch);
    } catch (SQLException e) {
      return new Attempt(rolledBack(lease, e), e, List.of());
    }
    try {
      connection.commit();
      return new Attempt(End.COMMITTED, null, executed);
    } catch (SQLException e) {
      if (Failure.isLoss(e)) {
        lease.discard();
        return new Attempt(End.UNCERTAIN, e, List.of());
      }
      return new Attempt(rolledBack(lease, e), e, List.of());
    }
  }

  private static End rolledBack(Connections.Lease lease, SQLException reason) {
    if (Failure.isLoss(reason)) {
      lease.discard();
      return End.NOT_BEGUN;
    }
    try {
      lease.connection().rollback();
    } catch (SQLException e) {
      // The connection broke meanwhile; the server rolls back by itself.
      lease.discard();
    }
    return End.ROLLED_BACK;
  }

  private static List<Executed> execute(Connection connection, List<Ticket> batch)
      throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.setEscapeProcessing(false);
      Map<Integer, String> names =
          BoundText.typeNames(connection, batch.stream().map(ticket -> ticket.text).toList());
      for (Ticket ticket : batch) {
        statement.addBatch(text(ticket, names));
      }
      List<Executed> executed = new ArrayList<>();
      for (long rows : statement.executeLargeBatch()) {
        executed.add(Executed.rows(Math.max(0, rows)));
      }
      return executed;
    }
  }

  private static String text(Ticket ticket, Map<Integer, String> names) throws SQLException {
    Optional<String> text = ticket.text.inlined(names);
    if (text.isEmpty()) {
      throw new SQLException("a parameter without a value", Sqlstate.UNDEFINED_PARAMETER);
    }
    return text.get();
  }

  private static Executed alone(Connections.Lease lease, Ticket ticket) throws SQLException {
    return OutsideTransaction.execute(
        lease,
        ticket.protocol,
        ticket.settings,
        connection -> text(ticket, BoundText.typeNames(connection, List.of(ticket.text))));
  }
}
