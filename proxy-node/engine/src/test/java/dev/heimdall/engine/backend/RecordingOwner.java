package dev.heimdall.engine.backend;

import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/** Writes down what it is told; events note how many bytes had come before them. */
public final class RecordingOwner implements ReplyOwner {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final List<String> events = new ArrayList<>();
  private int largestRun;

  /** What its methods throw that hear of an end; null for nothing. */
  RuntimeException flaw;

  byte[] bytes() {
    return bytes.toByteArray();
  }

  List<String> events() {
    return events;
  }

  int largestRun() {
    return largestRun;
  }

  @Override
  public void reply(ServerConnection from, ByteBuf consumed) {
    largestRun = Math.max(largestRun, consumed.readableBytes());
    byte[] run = new byte[consumed.readableBytes()];
    consumed.readBytes(run);
    consumed.release();
    bytes.writeBytes(run);
  }

  @Override
  public void knownReply(ServerConnection from, byte kind) {
    events.add("known " + kind + " at " + bytes.size());
  }

  @Override
  public String inClientsNames(String text) {
    return text;
  }

  @Override
  public boolean takesNotifications() {
    return true;
  }

  @Override
  public void copyInStarted(ServerConnection from, int ignoredSyncs) {
    events.add("copy in");
  }

  @Override
  public void parameterChanged(ServerConnection from, String name, String value) {
    events.add(name + "=" + value);
  }

  @Override
  public void groupComplete(ServerConnection from, TransactionState status, ServerError error) {
    events.add(
        "complete "
            + status
            + (error == null ? "" : " " + error.sqlState())
            + " at "
            + bytes.size());
    stumble();
  }

  private void stumble() {
    if (flaw != null) {
      throw flaw;
    }
  }

  @Override
  public void failed(Throwable cause) {
    events.add("failed " + cause.getMessage());
  }

  @Override
  public void connectionLost(ServerConnection from, ServerError lastError) {
    events.add("lost" + (lastError == null ? "" : " " + lastError.sqlState()));
    stumble();
  }

  @Override
  public void serverWritable(ServerConnection from) {
    events.add("writable");
  }
}
