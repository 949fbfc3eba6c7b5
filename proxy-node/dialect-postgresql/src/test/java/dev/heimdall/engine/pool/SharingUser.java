package dev.heimdall.engine.pool;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.backend.Variables;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import dev.heimdall.engine.wire.postgres.ReplyQueue;
import io.netty.buffer.ByteBuf;

/** A session with one short statement, which does with its place what the test says. */
final class SharingUser implements LaneUser, Waiter {
  Variables variables = Variables.NONE;

  /** Nanoseconds as which it passes itself off; negative when it wants a connection of its own. */
  long alone = 1000;

  boolean fits = true;
  boolean follows = true;

  /** Whether another server may answer its statement. */
  boolean elsewhere;

  Lane lane;
  ServerConnection own;
  int answers;
  int moved;

  /** Sends a statement over the lane. */
  SharingUser use(Lane place) {
    lane = place;
    place.connection().expect(ReplyQueue.QUERY, this);
    return this;
  }

  @Override
  public Variables variables() {
    return variables;
  }

  @Override
  public boolean runsOn(ServerConnection connection) {
    return fits;
  }

  @Override
  public boolean mayFollow() {
    return follows;
  }

  @Override
  public void moveOn() {
    moved++;
    lane.leave(this, () -> {});
    lane = null;
  }

  @Override
  public boolean wouldShare() {
    return alone >= 0;
  }

  @Override
  public long sharesFor(ServerConnection connection) {
    return alone;
  }

  @Override
  public void placed(Lane place) {
    use(place);
  }

  @Override
  public void acquired(ServerConnection connection) {
    own = connection;
  }

  @Override
  public void refused(ServerError error) {}

  @Override
  public void failed(Throwable cause) {
    throw new AssertionError(cause);
  }

  @Override
  public boolean waitsLong() {
    return false;
  }

  @Override
  public void reply(ServerConnection from, ByteBuf consumed) {
    consumed.release();
  }

  @Override
  public void groupComplete(ServerConnection from, TransactionState status, ServerError error) {
    answers++;
    Lane place = lane;
    lane = null;
    place.answered();
  }

  @Override
  public void connectionLost(ServerConnection from, ServerError lastError) {
    lane = null;
  }

  @Override
  public boolean answeredElsewhere(ServerConnection from) {
    return elsewhere;
  }

  @Override
  public void knownReply(ServerConnection from, byte kind) {}

  @Override
  public void copyInStarted(ServerConnection from, int ignoredSyncs) {}

  @Override
  public boolean takesNotifications() {
    return false;
  }

  @Override
  public String inClientsNames(String text) {
    return text;
  }

  @Override
  public void parameterChanged(ServerConnection from, String name, String value) {}

  @Override
  public void serverWritable(ServerConnection from) {}
}
