package dev.heimdall.test.freshness;

import dev.heimdall.test.fixture.RunningNode;
import dev.heimdall.test.fixture.TestConfiguration;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Consumer;

/**
 * A primary with two replicas of one engine, which may take its place without losing what was
 * acknowledged; what is done to them, and how clients speak with them. Replicas are called by
 * number, 0 and 1.
 */
public interface Servers extends AutoCloseable {
  /** Starts a node in front of them; its cluster is watched by a user with all rights. */
  RunningNode node(Consumer<TestConfiguration> wishes);

  /** Carries out statements at the primary, and waits until the replicas have them. */
  void create(List<String> schema);

  /** Statements that make the functions and the trigger that clients use. */
  List<String> routines();

  /** A client of the node. */
  ClientOfNode client(RunningNode node, boolean simple) throws SQLException;

  /** A connection past all nodes, with all rights in the schema. */
  Connection toWriter() throws SQLException;

  /** What a replica has is from now on always a little old, or not any more. */
  void delay(int replica, boolean on);

  /** Has a replica stand still where it is. */
  void pause(int replica);

  /** Ends {@link #pause}. */
  void resume(int replica);

  void kill(int replica);

  /** Starts a replica that was killed. */
  void start(int replica);

  /** The replica on which a client has a transaction open; -1 for none. */
  int replicaInTransaction();

  /** Ways to get another writer, to be used once each, in this order. */
  List<Runnable> changesOfWriter();

  @Override
  void close();

  /** A session of a client, in the words of the engine. */
  interface ClientOfNode {
    Connection connection();

    /** The first row, as texts. */
    String[] ask(String sql) throws SQLException;

    /**
     * Raises a counter by one and returns what it is then.
     *
     * @param way one of several to do so, any number
     */
    long raise(String counter, int way) throws SQLException;

    /** A query that raises any counter, by a routine of which nobody can say what it writes. */
    String raisingAny(String counter);

    /** Two expressions, of the server's and of the moment's. */
    String ofTheMoment();
  }
}
