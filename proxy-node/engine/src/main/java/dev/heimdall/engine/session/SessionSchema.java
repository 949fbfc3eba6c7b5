package dev.heimdall.engine.session;

import dev.heimdall.engine.prepared.SchemaEpoch;
import dev.heimdall.engine.wire.TransactionState;

/** Where a session stands towards what its database defines. */
final class SessionSchema implements SchemaEpoch, SequenceGuard.Session {
  private final ClientSession session;

  SessionSchema(ClientSession session) {
    this.session = session;
  }

  @Override
  public long schemaEpoch() {
    return session.vdb().schemaEpoch();
  }

  @Override
  public void schemaChanged() {
    session.vdb().schemaChanged(session.pool().key().database());
  }

  @Override
  public TransactionState status() {
    return session.status();
  }

  @Override
  public int outstanding() {
    return session.outstanding();
  }

  @Override
  public void sequenceComputed() {
    session.vdb().sequenceComputed();
  }
}
