package dev.heimdall.engine.wire.sqlserver;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;

/** Reads requests and keeps one line for each, in the words of the recorded ones. */
final class TdsRequestTrace implements TdsRpcListener {
  final TdsPacketWalker walker = new TdsPacketWalker();
  private final TdsRpcScanner scanner = new TdsRpcScanner(this, 1 << 16);
  private final TdsVersion version;
  private final List<String> lines = new ArrayList<>();
  private final StringBuilder line = new StringBuilder();
  private ByteBuf payload = Unpooled.buffer();

  TdsRequestTrace(TdsVersion version) {
    this.version = version;
    scanner.version(version);
  }

  /** Takes a read. */
  void on(ByteBuf in, int from, int to) {
    int at = from;
    while (at < to) {
      at = walker.walk(in, at, to);
      boolean calls = walker.type() == TdsPacket.RPC;
      if (walker.begun() && calls) {
        scanner.begin();
      }
      if (calls) {
        scanner.on(in, walker.from(), walker.to());
      }
      payload.writeBytes(in, walker.from(), walker.to() - walker.from());
      if (walker.ended()) {
        end();
        payload = Unpooled.buffer();
      }
    }
  }

  private void end() {
    int bytes = payload.writerIndex();
    switch (walker.type()) {
      case TdsPacket.RPC -> {
        scanner.end();
        add("RPC " + line.toString().trim());
        line.setLength(0);
      }
      case TdsPacket.SQL_BATCH -> {
        TdsText text = new TdsText(1 << 16);
        SqlBatch.read(payload, 0, bytes, version, text);
        add("BATCH " + text.text());
      }
      case TdsPacket.TRANSACTION -> {
        TransactionRequest request = TransactionRequest.read(payload, 0, bytes, version);
        ByteBuf again = Unpooled.buffer();
        request.write(again, AllHeaders.transaction(payload, 0, bytes));
        int behind = AllHeaders.LENGTH + 2;
        String rest = ByteBufUtil.hexDump(again, behind, again.writerIndex() - behind);
        add("TRANSACTION " + request.type() + " " + rest);
      }
      case TdsPacket.ATTENTION -> add("ATTENTION");
      default -> {}
    }
  }

  private void add(String text) {
    lines.add(text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r"));
  }

  List<String> lines() {
    return lines;
  }

  @Override
  public void call(int procedure, TdsText name, int options) {
    line.append("CALL/").append(procedure).append('/').append(name.text()).append(' ');
  }

  @Override
  public void parameter(int index, TdsText name, int status, int type) {
    line.append("P/").append(name.text()).append('/').append(Integer.toHexString(type)).append(' ');
  }

  @Override
  public void statement(TdsText text, boolean readable) {
    line.append("STATEMENT/").append(readable ? text.text() : "?").append(' ');
  }

  @Override
  public void declarations(TdsText text) {
    line.append("DECLARED/").append(text.text()).append(' ');
  }

  @Override
  public void handle(int handle, long offset) {
    line.append("HANDLE/").append(offset < 0 ? "None" : handle).append(' ');
  }

  @Override
  public void cursor(int handle, long offset) {
    line.append("CURSOR/").append(offset < 0 ? "None" : handle).append(' ');
  }

  @Override
  public void endCall(boolean another) {
    line.append("END/").append(another).append(' ');
  }
}
