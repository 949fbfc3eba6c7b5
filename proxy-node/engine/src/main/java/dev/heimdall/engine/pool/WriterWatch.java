package dev.heimdall.engine.pool;

import dev.heimdall.engine.route.ClusterView;
import dev.heimdall.model.ServerAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Component that finds out which server of a cluster is the writer. Called on event loops: never
 * waits.
 */
public interface WriterWatch {
  /** View of the cluster, to send statements to its servers. */
  ClusterView view();

  /**
   * A server was found not to be what it is taken for.
   *
   * @param why in words, for operators
   */
  void suspect(ServerAddress server, String why);

  /**
   * A server has rejected a write because it takes none from any session.
   *
   * @param most how long a switchover may take
   * @return whether another server may be the writer soon; not where it has taken none for longer
   *     than that
   */
  boolean mayPass(ServerAddress server, Duration most);

  /**
   * Reports that a server that may take writes has rejected one; true if another server may be the
   * writer soon.
   */
  boolean maySwitch(ServerAddress server, Duration most);

  /**
   * Done, on any thread, when a server has said after this call that it is the writer, and
   * connections go there.
   */
  CompletableFuture<Void> confirmed();
}
