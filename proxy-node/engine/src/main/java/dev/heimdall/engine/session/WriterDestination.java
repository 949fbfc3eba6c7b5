package dev.heimdall.engine.session;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.journal.UnitDestination;
import dev.heimdall.engine.pool.VdbPools;
import dev.heimdall.engine.session.lease.ServerLease;
import dev.heimdall.engine.session.lease.SessionContext;
import dev.heimdall.engine.session.placement.ReplicaReads;
import dev.heimdall.engine.session.sharing.PipelineSharing;

/** Destination of a session's server connection, as the journal of what is sent over it sees it. */
final class WriterDestination implements UnitDestination {
  private final ServerLease lease;
  private final ReplicaReads reads;
  private final PipelineSharing sharing;
  private final VdbPools pools;

  WriterDestination(SessionContext session, ReplicaReads reads, PipelineSharing sharing) {
    this.lease = session.lease();
    this.reads = reads;
    this.sharing = sharing;
    this.pools = session.vdb().pools();
  }

  /** True if it is a cluster's writer, over a connection that nothing else needs. */
  @Override
  public boolean atWriter() {
    ServerConnection server = lease.server();
    return pools.led()
        && !server.copyIn()
        && !lease.keepsServer()
        && !reads.away()
        && !sharing.active();
  }

  @Override
  public long written() {
    return lease.server().bytesOut();
  }

  @Override
  public long left() {
    return lease.server().left();
  }
}
