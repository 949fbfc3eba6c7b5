package dev.heimdall.engine.journal;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.heimdall.engine.reply.ReplySource;
import dev.heimdall.engine.wire.ServerError;
import dev.heimdall.engine.wire.TransactionState;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/** A client as its journal sees it, whose requests are all that waits, and no more than a text. */
final class ScriptedClient
    implements UnitPosition, UnitReader, UnitInput, UnitFormat, UnitMessages, ReplySource {
  final List<String> readAgain = new ArrayList<>();
  long sent = 7;
  long done = 7;
  boolean away;
  boolean begun;
  boolean due;
  boolean told;
  boolean unitOpen;
  boolean closed;
  boolean autocommits = true;
  boolean skips;
  boolean midMessage;
  boolean waits;
  long left = Long.MAX_VALUE;
  TransactionState status = TransactionState.IDLE;
  private boolean setAside;

  private static String text(ByteBuf consumed) {
    try {
      return consumed.toString(US_ASCII);
    } finally {
      consumed.release();
    }
  }

  @Override
  public long sent() {
    return sent;
  }

  @Override
  public long done() {
    return done;
  }

  @Override
  public int outstanding() {
    return (int) (sent - done);
  }

  @Override
  public boolean unitOpen() {
    return unitOpen;
  }

  @Override
  public TransactionState status() {
    return status;
  }

  @Override
  public boolean away() {
    return away;
  }

  @Override
  public boolean closed() {
    return closed;
  }

  @Override
  public boolean autocommits() {
    return autocommits;
  }

  // ---- the reader

  @Override
  public UnitMessages messages() {
    return this;
  }

  @Override
  public boolean skips() {
    return skips;
  }

  @Override
  public void readAgain(ByteBuf consumed) {
    readAgain.add(text(consumed));
  }

  @Override
  public void refuseAgain(ByteBuf consumed, ServerError error) {
    readAgain.add(text(consumed) + " refused");
  }

  @Override
  public void process() {}

  // ---- what waits

  @Override
  public boolean waits() {
    return waits;
  }

  @Override
  public int unread() {
    return 0;
  }

  @Override
  public boolean midMessage() {
    return midMessage;
  }

  @Override
  public void dropStatement() {
    readAgain.add("dropped");
  }

  @Override
  public void setAside() {
    setAside = true;
  }

  @Override
  public boolean isSetAside() {
    return setAside;
  }

  @Override
  public void putBack(ByteBuf inFront) {
    setAside = false;
    if (inFront != null) {
      String unsent = text(inFront);
      if (!unsent.isEmpty()) {
        readAgain.add("unsent " + unsent);
      }
    }
  }

  // ---- what messages mean

  @Override
  public boolean isQuery(byte type) {
    return true;
  }

  @Override
  public boolean begins(byte type) {
    return true;
  }

  @Override
  public boolean flushes(byte type) {
    return false;
  }

  @Override
  public int alone(ByteBuf in, int most, int statements) {
    return in.readableBytes();
  }

  @Override
  public int whole(ByteBuf in, int most) {
    return in.readableBytes();
  }

  @Override
  public boolean prepares(ByteBuf batch) {
    return true;
  }

  @Override
  public boolean namesTaken(ByteBuf batch) {
    return false;
  }

  @Override
  public void freeNames(ByteBuf batch) {}

  @Override
  public void note(Journal journal, ByteBuf in, byte type, int total) {}

  @Override
  public void note(TransactionLog log, ByteBuf from, int at, int length) {}

  // ---- the server's answer

  @Override
  public boolean begun() {
    return begun;
  }

  @Override
  public boolean due() {
    return due;
  }

  @Override
  public boolean told() {
    return told;
  }

  @Override
  public long left() {
    return left;
  }
}
