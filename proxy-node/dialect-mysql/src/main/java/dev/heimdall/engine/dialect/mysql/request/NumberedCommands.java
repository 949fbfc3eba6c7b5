package dev.heimdall.engine.dialect.mysql.request;

import dev.heimdall.engine.backend.ServerConnection;
import dev.heimdall.engine.session.ClientInput;
import dev.heimdall.engine.wire.mysql.Packet;
import io.netty.buffer.ByteBuf;

/** Passes commands on with a server's number of their statement in the place of the client's. */
final class NumberedCommands {
  private static final int NUMBER = Packet.HEADER + 1;

  private final ClientInput input;

  NumberedCommands(ClientInput input) {
    this.input = input;
  }

  private static int handle(ServerConnection server, ClientStatement of) {
    return (int) server.statements().handle(of.runs().name());
  }

  /** The command at the reader's position, as it stands there. */
  void pass(ServerConnection server, ClientStatement of, long total) {
    input.cut();
    ByteBuf in = input.bytes();
    int head = NUMBER + Integer.BYTES;
    input.out(head).writeBytes(in, in.readerIndex(), NUMBER).writeIntLE(handle(server, of));
    in.skipBytes(head);
    input.begin(total - head, false);
  }

  /** The execution at the reader's position, with the types of its parameters. */
  void pass(ServerConnection server, ClientStatement of, TypedCommand command, long total) {
    input.cut();
    command.write(of.types(), handle(server, of), input.out(command.length(of.types())));
    input.bytes().skipBytes((int) total);
  }

  /** Passes on the parts that were sent ahead of the execution at the reader's position. */
  void passLongData(ServerConnection server, ClientStatement of) {
    input.cut();
    for (byte[] part : of.longData()) {
      ByteBuf out = input.out(part.length);
      int at = out.writerIndex();
      out.writeBytes(part).setIntLE(at + NUMBER, handle(server, of));
    }
  }
}
