package dev.heimdall.manager.inspect;

import dev.heimdall.model.DataSource;
import dev.heimdall.model.StoreSettings;
import java.util.function.Consumer;

/**
 * Looks at the world outside of the manager. Its methods wait for the network, each for a bounded
 * time, end early when their thread is interrupted, and never fail: what went wrong is a finding.
 */
public interface Inspector {
  /** Returns the AWS inventory. */
  AwsAccount account();

  /** Checks which services of AWS the manager's machine reaches. */
  void endpoints(Consumer<CheckResult> found);

  /**
   * Checks whether nodes could work with a data source: each server, the log-in, rights,
   * replication.
   *
   * @param found gets findings as they come
   */
  void database(DataSource source, Consumer<CheckResult> found);

  /** Checks whether nodes could work with a shared store. */
  void store(StoreSettings store, Consumer<CheckResult> found);

  /**
   * Checks whether a node lets a client in: waits for it to listen.
   *
   * @param node the virtual database as a client sees it
   */
  void node(DataSource node, Consumer<CheckResult> found);
}
