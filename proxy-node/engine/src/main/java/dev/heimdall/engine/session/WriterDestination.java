package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.journal.UnitDestination;
import dev.heimdall.engine.lease.ServerLease;
import dev.heimdall.engine.placement.ReplicaReads;
import dev.heimdall.engine.sharing.PipelineSharing;
import java.util.function.BooleanSupplier;

/** Where a session's server connection leads to, as the journal of what is sent over it sees it. */
final class WriterDestination implements UnitDestination {
  private final ServerLease lease;
  private final ReplicaReads reads;
  private final PipelineSharing sharing;
  private final BooleanSupplier led;

  /**
   * @param led whether the session's source is a cluster with a writer to be followed
   */
  WriterDestination(
      ServerLease lease, ReplicaReads reads, PipelineSharing sharing, BooleanSupplier led) {
    this.lease = lease;
    this.reads = reads;
    this.sharing = sharing;
    this.led = led;
  }

  /** Whether it is a cluster's writer, over a connection that nothing else needs. */
  @Override
  public boolean atWriter() {
    ServerConnection server = lease.server();
    return led.getAsBoolean()
        && !server.copyIn()
        && !lease.keepsServer()
        && !reads.away()
        && !sharing.active();
  }

  @Override
  public long written() {
    return lease.server().written();
  }

  @Override
  public long left() {
    return lease.server().left();
  }
}
